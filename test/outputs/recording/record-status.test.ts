import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import type { CaptureHandle, RingFrame } from '../../../src/capture/capture-thread.js';
import {
  type PipelineStatus,
  PipelineStatusSchema,
} from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { PublishCounts } from '../../../src/outputs/publish-count.js';
import { RecordStatus } from '../../../src/outputs/recording/record-status.js';
import type { RecorderThread } from '../../../src/outputs/recording/recorder-thread.js';

test('every frame that the source had is recorded, dropped with a reason, or still waiting', () => {
  const counts = { delivered: 3, drops: { ring_full: 2, partial: 1 } };
  const capture = { counts, info: { name: 'camera' } } as unknown as CaptureHandle;
  let last: PipelineStatus | undefined;
  const thread = {
    counts: new PublishCounts(),
    pictureTopic: 'camera/image',
    health: undefined,
    message: (_topic: string, _stampNs: bigint, payload: Uint8Array) => {
      last = fromBinary(PipelineStatusSchema, payload);
    },
  };
  const status = new RecordStatus(capture, thread as unknown as RecorderThread, 0n);
  const about = { timeSource: 'driver', segment: 0, repairedStamps: 0, pictureHealth: [] } as const;
  for (let id = 0; id < 3; id++) {
    const times = { captureTimeNs: BigInt(id), stampNs: 0n, sourceTimeNs: 0n };
    status.frameCaptured({ slot: 0, id, ...times, ...about } satisfies RingFrame);
  }
  Object.assign(thread.counts.of('camera/image'), { sent: 2, dropped: 1 });
  status.close();
  const { framesCaptured, framesPublished, drops } = last!;
  const dropped = drops.reduce((sum, { count }) => sum + count, 0n);
  expect({ framesCaptured, framesPublished, dropped }).toEqual({
    framesCaptured: 6n,
    framesPublished: 2n,
    dropped: 4n,
  });
});
