import { fromBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import type { RingFrame } from '../../src/capture/capture-thread.js';
import { PipelineStatusSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { DropCounter } from '../../src/pipeline/drop-counts.js';
import type { PipelineParts } from '../../src/pipeline/pipeline-parts.js';
import { ResultFlow } from '../../src/pipeline/result-flow.js';

test.each([true, false])('the status says what is wrong with the pictures; live: %s', (isLive) => {
  const statuses: string[][] = [];
  const parts = {
    options: {},
    capture: { info: { name: 'drive', isLive } },
    fuser: { health: [], stageHealth: [], bundles: [] },
    outputs: {
      health: [],
      send: ({ payload }: { payload: Uint8Array }) =>
        statuses.push(fromBinary(PipelineStatusSchema, payload).health),
    },
    wallOffsetNs: 0n,
  } as unknown as PipelineParts;
  const totals = { framesIn: 0, framesPublished: 0, drops: new DropCounter() };
  // Statistics and pacer belong to results, of which there are none.
  const none = undefined as never;
  const flow = new ResultFlow(parts, none, undefined, none, () => totals);
  const frameWith = (...pictureHealth: string[]): RingFrame => ({
    ...{ slot: 0, id: 0, captureTimeNs: 0n, stampNs: 0n, sourceTimeNs: 0n },
    ...{ timeSource: 'recorded', segment: 0, repairedStamps: 0, pictureHealth },
  });
  flow.frameCaptured(frameWith());
  flow.frameCaptured(frameWith('picture_black'));
  flow.frameCaptured(frameWith('picture_black'));
  flow.frameCaptured(frameWith());
  expect(statuses).toEqual([['picture_black'], []]);
});
