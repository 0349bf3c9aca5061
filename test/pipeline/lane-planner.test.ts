import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Task } from '../../src/bundle/manifest.js';
import { busiestMs, planLanes, type StageTimesMs } from '../../src/pipeline/lane-planner.js';

const usual = { steering: 0.5, detection: 20, signs: 1, segmentation: 24 };

describe('lanes are planned', () => {
  test.each<[string, StageTimesMs, number, Task[][]]>([
    ['in one for one core', usual, 1, [['steering', 'detection', 'signs', 'segmentation']]],
    [
      'so that the busiest has as little to do as can be',
      usual,
      2,
      [['steering', 'detection', 'signs'], ['segmentation']],
    ],
    [
      'no more than there are stages to share out',
      usual,
      8,
      [['steering'], ['detection', 'signs'], ['segmentation']],
    ],
    [
      'with signs by themselves where that pays',
      { detection: 20, signs: 18, segmentation: 10 },
      2,
      [['detection'], ['signs', 'segmentation']],
    ],
    [
      'with signs beside their detection where it pays too little',
      { detection: 20, signs: 1.5 },
      2,
      [['detection', 'signs']],
    ],
    ['for the stages that there are', { segmentation: 3 }, 2, [['segmentation']]],
  ])('%s', (_, stageMs, laneCount, lanes) => {
    expect(planLanes(stageMs, laneCount)).toEqual(lanes);
  });
});

const time = fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined });
const times = fc
  .record({ steering: time, detection: time, signs: time, segmentation: time })
  .map((record) =>
    Object.fromEntries(Object.entries(record).filter(([, ms]) => ms !== undefined)),
  ) as fc.Arbitrary<Record<Task, number>>;
const laneCount = fc.integer({ min: 1, max: 5 });

test('every stage rides once, no lane is empty, and the same times give the same lanes', () => {
  fc.assert(
    fc.property(times, laneCount, (stageMs, count) => {
      const lanes = planLanes(stageMs, count);
      expect(lanes.flat().sort()).toEqual(Object.keys(stageMs).sort());
      expect(lanes.length).toBeLessThanOrEqual(count);
      expect(lanes.every((lane) => lane.length > 0)).toBe(true);
      const reversed = Object.fromEntries(Object.entries(stageMs).reverse());
      expect(planLanes(reversed, count)).toEqual(lanes);
    }),
  );
});

test('the busiest lane is within LPT of the best there is, less what keeps signs with detection', () => {
  fc.assert(
    fc.property(times, laneCount, (stageMs, count) => {
      const stages = Object.keys(stageMs) as Task[];
      if (stages.length === 0) return;
      let best = Number.POSITIVE_INFINITY;
      for (let code = 0; code < count ** stages.length; code++) {
        const lanes = Array.from({ length: count }, () => [] as Task[]);
        for (const [i, stage] of stages.entries())
          lanes[Math.floor(code / count ** i) % count]!.push(stage);
        best = Math.min(best, busiestMs(lanes, stageMs));
      }
      const bound = (4 / 3 - 1 / (3 * count)) / 0.9;
      expect(busiestMs(planLanes(stageMs, count), stageMs)).toBeLessThanOrEqual(
        best * bound + 1e-9,
      );
    }),
  );
});
