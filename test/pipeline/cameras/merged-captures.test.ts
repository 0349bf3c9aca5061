import { expect, test } from 'vitest';
import type { CaptureEnd, CaptureHandle, RingFrame } from '../../../src/capture/capture-thread.js';
import { mergeCaptures } from '../../../src/pipeline/cameras/merged-captures.js';

/**
 * A recorded camera in lock-step, as the capture thread is one: each request delivers a frame, and the source ends as
 * soon as the last one was read.
 */
function recordedCamera(timesMs: readonly number[]) {
  const counts = { delivered: 0, drops: {} };
  let deliver = (_frame: RingFrame): void => {};
  let end = (_end: CaptureEnd): void => {};
  const ended = new Promise<CaptureEnd>((resolve) => {
    end = resolve;
  });
  const capture = {
    counts,
    ended,
    onFrame(callback: (frame: RingFrame) => void) {
      deliver = callback;
    },
    requestNext() {
      const id = counts.delivered;
      const timeMs = timesMs[id];
      if (timeMs === undefined) return;
      counts.delivered++;
      const frame = { id, sourceTimeNs: BigInt(timeMs) * 1_000_000n } as RingFrame;
      queueMicrotask(() => {
        deliver(frame);
        if (counts.delivered === timesMs.length) end({ kind: 'ended', counts });
      });
    },
    stop() {
      end({ kind: 'ended', counts });
      return ended;
    },
  };
  return capture as unknown as CaptureHandle;
}

/** Several turns of the event loop: whatever follows of itself has happened. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test('the last frame of a camera waits for older ones of the others, and one frame is in flight', async () => {
  const timesMs = [
    [0, 50],
    [10, 20, 30, 40, 60, 70],
  ];
  const cameras = mergeCaptures(timesMs.map(recordedCamera), [0n, 0n]);
  const order: string[] = [];
  const hasEnded = cameras.map(() => false);
  let inFlight = 0;
  let mostInFlight = 0;
  cameras.forEach((camera, index) => {
    void camera.ended.then(() => {
      hasEnded[index] = true;
    });
    camera.onFrame((frame) => {
      order.push(`${index} at ${timesMs[index]![frame.id]}`);
      // The run of a camera that has ended expects no further frame.
      if (hasEnded[index]) order.push('after its end');
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      setImmediate(() => {
        inFlight--;
        camera.requestNext();
      });
    });
  });
  for (const camera of cameras) camera.requestNext();
  await Promise.all(cameras.map(({ ended }) => ended));
  await settled();
  expect(order).toEqual([
    '0 at 0',
    ...['1 at 10', '1 at 20', '1 at 30', '1 at 40'],
    '0 at 50',
    ...['1 at 60', '1 at 70'],
  ]);
  expect(mostInFlight).toBe(1);
});

test('a camera that is stopped hands on the frame that it holds, whether or not its source has ended', async () => {
  for (const timesMs of [[50], [50, 60]]) {
    const [late, early] = mergeCaptures([timesMs, [0, 10]].map(recordedCamera), [0n, 0n]);
    let handedOn = 0;
    late!.onFrame(() => {
      handedOn++;
    });
    early!.onFrame(() => {});
    late!.requestNext();
    early!.requestNext();
    await settled();
    expect(handedOn).toBe(0);
    await late!.stop();
    expect(handedOn).toBe(1);
  }
});
