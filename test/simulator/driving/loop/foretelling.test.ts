import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { ForetellWatch } from '../../../../simulator/driving/loop/foretelling.js';
import { PerceptionFrameSchema } from '../../../../src/messages/gen/windshield/v1/perception_pb.js';

test('a loop is told of as it went: interventions by when they happened, the free space also less what it usually is', () => {
  const watch = new ForetellWatch(10);
  for (let frame = 0; frame < 200; frame++) {
    // Off the lane from 8 to 10 s; then somebody takes over. The middle of the free space lies 1.2 m aside all along.
    const offM = frame >= 80 && frame < 100 ? 1.3 : 0.1;
    const steeringCheck = { aheadM: 12, pathM: 0, laneM: offM, freeSpaceM: offM - 1.3 };
    if (frame % 50 !== 7) watch.answered(create(PerceptionFrameSchema, { steeringCheck }));
    watch.drove({ elapsedS: frame / 10, angleRad: 0, interventions: frame >= 100 ? 1 : 0 });
  }
  const { framesBefore, seen, rows } = watch.report;
  expect(framesBefore).toBeCloseTo(41 / 200, 6);
  expect(seen).toEqual({ lane: 0.98, 'free space': 0.98 });
  const at = (against: string, thresholdM: number) =>
    rows.find((row) => row.against === against && row.thresholdM === thresholdM)!;
  expect(at('lane', 1)).toMatchObject({ hits: 1, interventions: 1, alarms: 1, falseAlarms: 0 });
  expect(at('lane', 1).medianLeadS).toBeCloseTo(1.8, 6);
  expect(at('lane', 1.5)).toMatchObject({ hits: 0, alarms: 0 });
  // Where the two agree the middle of a road of two lanes lies far away, and where they do not it is near.
  expect(at('free space', 1).framesAbove).toBeGreaterThan(0.8);
  expect(at('free space, less its median', 1)).toMatchObject({ hits: 1, falseAlarms: 0 });
});

test('drives in several worlds are counted together, and nothing reaches from one into the next', () => {
  const watch = new ForetellWatch(10);
  const drive = (frames: number, isOff: (frame: number) => boolean, atFrame?: number) => {
    for (let frame = 0; frame < frames; frame++) {
      const steeringCheck = { aheadM: 12, pathM: 0, laneM: isOff(frame) ? 1.3 : 0.1 };
      watch.answered(create(PerceptionFrameSchema, { steeringCheck }));
      const interventions = atFrame !== undefined && frame >= atFrame ? 1 : 0;
      watch.drove({ elapsedS: frame / 10, angleRad: 0, interventions });
    }
    watch.nextDrive();
  };
  // Off to its end, without an intervention; the next one is off from its first frame on, for less than 0.2 s.
  drive(50, (frame) => frame >= 30);
  drive(50, (frame) => frame === 0, 1);
  drive(50, (frame) => frame >= 20 && frame < 40, 40);
  const lane = watch.report.rows.find((row) => row.against === 'lane' && row.thresholdM === 1)!;
  expect(lane).toMatchObject({ hits: 1, interventions: 2, alarms: 2, falseAlarms: 1 });
  expect(lane.medianLeadS).toBeCloseTo(1.8, 6);
  expect(lane.framesAbove).toBeCloseTo(41 / 150, 6);
});
