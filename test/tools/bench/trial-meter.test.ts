import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { PerceptionFrameSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import type { TrialRequest } from '../../../tools/bench/trial.js';
import { TrialMeter } from '../../../tools/bench/trial-meter.js';

test('crops are counted for each stage that reads them: signs are not lights', () => {
  const request = { frameCount: 10, warmUpFrames: 5 } as TrialRequest;
  const meter = new TrialMeter(request);
  const read = { classId: 1 };
  const remembered = { classId: 1, isRemembered: true };
  const withSigns = create(PerceptionFrameSchema, { signs: [read, read, remembered] });
  const withLight = create(PerceptionFrameSchema, { lights: [{ classId: 0 }] });
  for (const frame of [withSigns, withLight]) meter.take(frame, new Uint8Array());
  expect(meter.finish().crops).toEqual({ signs: [2, 0], lights: [0, 1] });
});
