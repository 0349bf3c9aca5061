import type { CaptureHandle } from '../capture/capture-thread.js';
import type { PipelineOptions } from './pipeline-options.js';

/** Asks the source for frames in lock-step; does nothing in real time, where the source has a clock of its own. */
export class LockstepPacer {
  readonly #capture: Pick<CaptureHandle, 'requestNext'>;
  readonly #drained: () => Promise<void> | undefined;
  readonly #ahead: number;
  /** Two frames on their way: a slot that is free again asks for the next. */
  readonly #isClosedLoop: boolean;

  /** `drained` resolves when the outputs can take the next frame's messages without loss. */
  constructor(
    { pacing, framesInFlight = 1 }: Pick<PipelineOptions, 'pacing' | 'framesInFlight'>,
    capture: Pick<CaptureHandle, 'requestNext'>,
    drained: () => Promise<void> | undefined,
  ) {
    this.#capture = capture;
    this.#drained = drained;
    this.#ahead = pacing === 'lockstep' ? framesInFlight : 0;
    this.#isClosedLoop = this.#ahead > 1;
  }

  start(): void {
    for (let ahead = this.#ahead; ahead > 0; ahead--) this.#capture.requestNext();
  }

  /** A frame's slot is free: no lane has work on it any more, so that none overtakes another. */
  slotFreed(): void {
    if (this.#isClosedLoop) this.#capture.requestNext();
  }

  /** A frame was published or dropped. */
  frameDone(): void {
    if (this.#ahead === 0 || this.#isClosedLoop) return;
    const drained = this.#drained();
    if (drained === undefined) this.#capture.requestNext();
    else void drained.then(() => this.#capture.requestNext());
  }
}
