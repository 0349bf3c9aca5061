import type {
  CaptureCounts,
  CaptureEnd,
  CaptureHandle,
} from '../../../src/capture/capture-thread.js';
import { nowNs } from '../../../src/frame/clock.js';
import { packedRgbLayout } from '../../../src/frame/frame.js';
import { FrameRing } from '../../../src/frame/frame-ring.js';
import type { SourceInfo } from '../../../src/frame/frame-source.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';

type FrameCallback = Parameters<CaptureHandle['onFrame']>[0];

/**
 * The capture of a camera whose frame does not exist yet when it is requested: in a closed loop the picture depends
 * on the answer to the previous one. When the pipeline requests a frame, `requested` resolves, and the driving loop
 * draws and delivers it.
 */
export class SimulatedCapture implements CaptureHandle {
  readonly info: SourceInfo;
  readonly ring: FrameRing;
  readonly counts: CaptureCounts = { delivered: 0, drops: {} };
  readonly ended: Promise<CaptureEnd>;
  #end!: (end: CaptureEnd) => void;
  #onFrame: FrameCallback = () => {};
  #requests = 0;
  #wake = (): void => {};

  constructor(widthPx: number, heightPx: number, rateHz: number, slotCount: number) {
    const layout = packedRgbLayout(widthPx, heightPx);
    this.info = {
      name: 'simulated road',
      layout,
      nominalRateHz: rateHz,
      frameCount: undefined,
    };
    this.ring = FrameRing.create(layout, slotCount);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  onFrame(callback: FrameCallback): void {
    this.#onFrame = callback;
  }

  /** A simulated camera is never lost. */
  onLost(): void {}
  onNote(): void {}

  requestNext(): void {
    this.#requests++;
    this.#wake();
  }

  stop(): Promise<CaptureEnd> {
    this.#end({ kind: 'ended', counts: this.counts });
    return this.ended;
  }

  /** Resolves when the pipeline requests a frame, or at once if it already has. */
  async requested(): Promise<void> {
    while (this.#requests === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Answers one request with a picture, packed rgb8, taken at a simulated time. Copies it. */
  deliver(picture: Uint8Array, timeS: number): void {
    const slot = this.ring.tryAcquireForWrite();
    if (slot < 0)
      throw new PerceptionError('ERR_INTERNAL', 'expected a free slot for the frame asked for');
    this.ring.pixels(slot).set(picture);
    const id = this.counts.delivered++;
    const sourceTimeNs = BigInt(Math.round(timeS * 1e9));
    const header = { id, captureTimeNs: nowNs(), stampNs: 0n, sourceTimeNs };
    this.ring.publish(slot, header);
    this.#requests--;
    const about = { segment: 0, repairedStamps: 0, pictureHealth: [] };
    this.#onFrame({ slot, ...header, ...about, timeSource: 'recorded' });
  }
}
