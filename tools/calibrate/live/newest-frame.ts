import {
  type CaptureHandle,
  type RingFrame,
  startCapture,
} from '../../../src/capture/capture-thread.js';
import { recogniseSource } from '../../../src/capture/recognise-source.js';
import { addressRow } from '../../../src/capture/source-table.js';

/** Number of slots: frames wait in them while one is examined. */
const slotCount = 3;

/** Frames of a video or a recording sooner than this after the last are skipped: a board hardly moves in that time. */
const leastStepNs = 100_000_000n;

/**
 * Hands out a camera's newest frame when there is time for it. Recorded sources wait until a frame is examined: every picture
 * of a folder is used, one per tenth of a second of a video or recording, so that the result does not depend on the machine.
 */
export class NewestFrame {
  readonly capture: CaptureHandle;
  /** Whether pictures are consecutive frames of a camera. */
  readonly isMotionSeen: boolean;
  /** Why the source was last lost. */
  lost = '';
  #isLossNew = false;
  #frame: RingFrame | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;
  /** Whether the source waits until a frame is examined: a folder, a video, a recording. */
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

  /** Resolves with the newest frame, whose slot the caller releases, `lost` if the source was lost, undefined at its end. */
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
