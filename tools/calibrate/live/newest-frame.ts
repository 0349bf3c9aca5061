import {
  type CaptureHandle,
  type RingFrame,
  startCapture,
} from '../../../src/capture/capture-thread.js';
import { recogniseSource } from '../../../src/capture/recognise-source.js';
import { addressRow } from '../../../src/capture/source-table.js';

/** Frames wait in so many slots at most while one is looked at. */
const slotCount = 3;

/** Frames of a video or a recording that come sooner after the one before are passed over: a board hardly moves meanwhile. */
const leastStepNs = 100_000_000n;

/**
 * A camera whose newest frame is taken when there is time for it. What is recorded waits until it is looked at: each picture of a
 * folder is taken, of a video or recording one each tenth of a second, so that the same one gives the same camera anywhere.
 */
export class NewestFrame {
  readonly capture: CaptureHandle;
  /** True where pictures follow each other as a camera gave them. */
  readonly isMotionSeen: boolean;
  /** Why the source was lost last. */
  lost = '';
  #isLossNew = false;
  #frame: RingFrame | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;
  /** True where it waits until it is looked at: a folder, a video, a recording. */
  readonly isRecorded: boolean;
  #takenNs: bigint | undefined;

  private constructor(capture: CaptureHandle, isMotionSeen: boolean, isRecorded: boolean) {
    this.capture = capture;
    this.isMotionSeen = isMotionSeen;
    this.isRecorded = isRecorded;
    void capture.ended.then(() => {
      this.#isOver = true;
      this.#wake?.();
    });
    capture.onLost((error) => {
      this.lost = error.message;
      this.#isLossNew = true;
      this.#wake?.();
    });
    capture.onFrame((frame) => {
      if (this.#frame !== undefined) capture.ring.release(this.#frame.slot);
      this.#frame = frame;
      this.#wake?.();
    });
  }

  /** Rejects with the source's error. */
  static async open(source: string): Promise<NewestFrame> {
    const isRecorded = addressRow(source) === undefined;
    const kind = isRecorded ? await recogniseSource(source) : undefined;
    const isMotionSeen = kind !== 'folder' && kind !== 'picture';
    const pacing = isRecorded ? 'lockstep' : 'realtime';
    const capture = await startCapture({ source, pacing, slotCount });
    return new NewestFrame(capture, isMotionSeen, isRecorded);
  }

  /** The newest frame, whose slot the caller releases; `lost` when the source has just been lost; undefined when it is over. */
  async next(): Promise<RingFrame | 'lost' | undefined> {
    for (;;) {
      const frame = await this.#newest();
      if (frame === undefined || frame === 'lost' || !this.#isTooSoon(frame)) return frame;
      this.capture.ring.release(frame.slot);
    }
  }

  #isTooSoon({ sourceTimeNs }: RingFrame): boolean {
    if (!this.isRecorded || !this.isMotionSeen) return false;
    const beforeNs = this.#takenNs;
    if (beforeNs !== undefined && sourceTimeNs - beforeNs < leastStepNs) return true;
    this.#takenNs = sourceTimeNs;
    return false;
  }

  async #newest(): Promise<RingFrame | 'lost' | undefined> {
    if (this.isRecorded) this.capture.requestNext();
    while (this.#frame === undefined && !this.#isOver && !this.#isLossNew)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#frame === undefined && this.#isLossNew) {
      this.#isLossNew = false;
      return 'lost';
    }
    this.#isLossNew = false;
    const frame = this.#frame;
    this.#frame = undefined;
    return frame;
  }

  async close(): Promise<void> {
    await this.capture.stop();
  }
}
