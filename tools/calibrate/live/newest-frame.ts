import {
  type CaptureHandle,
  type RingFrame,
  startCapture,
} from '../../../src/capture/capture-thread.js';
import { recogniseSource } from '../../../src/capture/recognise-source.js';
import { addressRow } from '../../../src/capture/source-table.js';

/** Frames wait in so many slots at most while one is looked at. */
const slotCount = 3;

/** A source whose newest frame is taken when there is time for it; each picture of a folder is taken, whatever the time. */
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

  private constructor(capture: CaptureHandle, isMotionSeen: boolean) {
    this.capture = capture;
    this.isMotionSeen = isMotionSeen;
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
    const kind = addressRow(source) === undefined ? await recogniseSource(source) : undefined;
    const isMotionSeen = kind !== 'folder' && kind !== 'picture';
    const pacing = isMotionSeen ? 'realtime' : 'lockstep';
    return new NewestFrame(await startCapture({ source, pacing, slotCount }), isMotionSeen);
  }

  /** The newest frame, whose slot the caller releases; `lost` when the source has just been lost; undefined when it is over. */
  async next(): Promise<RingFrame | 'lost' | undefined> {
    if (!this.isMotionSeen) this.capture.requestNext();
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
