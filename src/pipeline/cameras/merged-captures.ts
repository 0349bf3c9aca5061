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
  handOn: ((frame: RingFrame) => void) | undefined;
}

class CaptureMerge {
  readonly captures: readonly CaptureHandle[];
  readonly #cameras: MergedCamera[];
  readonly #offsetNs: readonly bigint[];

  constructor(captures: readonly CaptureHandle[], offsetNs: readonly bigint[]) {
    this.#offsetNs = offsetNs;
    this.#cameras = captures.map(() => ({ held: undefined, hasEnded: false, handOn: undefined }));
    this.captures = captures.map((capture, index) => this.#merged(capture, index));
  }

  #merged(capture: CaptureHandle, index: number): CaptureHandle {
    const camera = this.#cameras[index]!;
    const ended = capture.ended.then((end) => {
      camera.hasEnded = true;
      // If the capture was stopped, the frame that it had delivered is handed on, so that it is accounted for.
      const { held } = camera;
      camera.held = undefined;
      if (held !== undefined) camera.handOn?.(held);
      this.#handOnOldest();
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
      requestNext: () => capture.requestNext(),
      stop: () => {
        void capture.stop();
        return ended;
      },
    };
  }

  /** Waits until every camera that has not ended holds its next frame: then no older one can come. */
  #handOnOldest(): void {
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
    const { held } = camera;
    camera.held = undefined;
    camera.handOn?.(held!);
  }
}
