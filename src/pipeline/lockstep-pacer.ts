import type { CaptureHandle } from '../capture/capture-thread.js';
import type { PipelineOptions } from './pipeline-options.js';

/** Requests frames from the source in lock-step; does nothing in real time, when the source has its own clock. */
export class LockstepPacer {
  readonly #capture: Pick<CaptureHandle, 'requestNext'>;
  readonly #drained: () => Promise<void> | undefined;
  readonly #ahead: number;
  /** True with two frames in flight: a freed slot requests the next frame. */
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

  /** A frame's slot is free: no lane works on it any more, so no frame overtakes another. */
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
