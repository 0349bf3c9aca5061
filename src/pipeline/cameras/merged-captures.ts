import type { CaptureHandle, RingFrame } from '../../capture/capture-thread.js';

/**
 * Merges several cameras for lock-step: one frame is in flight at a time, the oldest next frame on the common time line.
 * Each camera's next frame is read ahead, so that the order does not depend on reading speed: the same recordings always
 * give the same order. Of equal times, the first camera's frame comes first.
 *
 * `offsetNs` says where each camera's own time line begins on the common one.
 */
export function mergeCaptures(
  captures: readonly CaptureHandle[],
  offsetNs: readonly bigint[],
): readonly CaptureHandle[] {
  return new CaptureMerge(captures, offsetNs).captures;
}

interface MergedCamera {
  /** Read ahead, not yet handed on. */
  held: RingFrame | undefined;
  hasEnded: boolean;
  /** Its run ends early: the frame that it holds does not wait for its turn. */
  isStopped: boolean;
  handOn: ((frame: RingFrame) => void) | undefined;
  /** Called when the frame that it holds was handed on. */
  onHandedOn: () => void;
}

class CaptureMerge {
  readonly captures: readonly CaptureHandle[];
  readonly #cameras: MergedCamera[];
  readonly #offsetNs: readonly bigint[];
  /** The camera whose frame was handed on and is not done. */
  #inFlight: MergedCamera | undefined;

  constructor(captures: readonly CaptureHandle[], offsetNs: readonly bigint[]) {
    this.#offsetNs = offsetNs;
    this.#cameras = captures.map(() => ({
      held: undefined,
      hasEnded: false,
      isStopped: false,
      handOn: undefined,
      onHandedOn: () => {},
    }));
    this.captures = captures.map((capture, index) => this.#merged(capture, index));
  }

  #merged(capture: CaptureHandle, index: number): CaptureHandle {
    const camera = this.#cameras[index]!;
    const ended = capture.ended.then(async (end) => {
      camera.hasEnded = true;
      if (camera.isStopped) this.#release(camera);
      this.#handOnOldest();
      // A source ends as soon as its last frame was read: that frame may still wait for older ones of other cameras.
      while (camera.held !== undefined)
        await new Promise<void>((resolve) => {
          camera.onHandedOn = resolve;
        });
      return end;
    });
    return {
      info: capture.info,
      ring: capture.ring,
      counts: capture.counts,
      ended,
      onFrame: (callback) => {
        camera.handOn = callback;
        capture.onFrame((frame) => {
          camera.held = frame;
          this.#handOnOldest();
        });
      },
      onLost: (callback) => capture.onLost(callback),
      onNote: (callback) => capture.onNote(callback),
      requestNext: () => {
        if (this.#inFlight === camera) this.#inFlight = undefined;
        capture.requestNext();
        // No further frame of this camera comes, so nothing else gives the others their turn.
        if (camera.hasEnded) this.#handOnOldest();
      },
      stop: () => {
        camera.isStopped = true;
        void capture.stop();
        if (camera.hasEnded) {
          this.#release(camera);
          this.#handOnOldest();
        }
        return ended;
      },
    };
  }

  /** Waits until every camera that has not ended holds its next frame: then no older one can come. */
  #handOnOldest(): void {
    if (this.#inFlight !== undefined) return;
    if (this.#cameras.some(({ held, hasEnded }) => held === undefined && !hasEnded)) return;
    let oldest = -1;
    let oldestNs = 0n;
    for (const [index, { held }] of this.#cameras.entries()) {
      if (held === undefined) continue;
      const timeNs = held.sourceTimeNs + this.#offsetNs[index]!;
      if (oldest >= 0 && timeNs >= oldestNs) continue;
      oldest = index;
      oldestNs = timeNs;
    }
    if (oldest < 0) return;
    const camera = this.#cameras[oldest]!;
    this.#inFlight = camera;
    this.#handOn(camera);
  }

  /** For a camera that was stopped: the frame that it holds is handed on, so that it is accounted for. */
  #release(camera: MergedCamera): void {
    if (this.#inFlight === camera) this.#inFlight = undefined;
    if (camera.held !== undefined) this.#handOn(camera);
  }

  #handOn(camera: MergedCamera): void {
    const { held } = camera;
    camera.held = undefined;
    camera.onHandedOn();
    camera.handOn?.(held!);
  }
}
