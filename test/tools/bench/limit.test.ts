import { expect, test } from 'vitest';
import type { Task } from '../../../src/bundle/manifest.js';
import { limitOf, medianLimit } from '../../../tools/bench/limit.js';

const spread = (p50: number) => ({ count: 100, p50, p95: p50, p99: p50, max: p50 });

/** A lane whose sessions take these times, milliseconds, and nothing in between. */
function lane(times: Partial<Record<Task, number>>) {
  const stages = Object.keys(times) as Task[];
  const frameMs = Object.values(times).reduce((sum, ms) => sum + ms, 0);
  return {
    stages,
    frames: 100,
    rateHz: 1000 / frameMs,
    cpuMsPerFrame: frameMs,
    frameMs: spread(frameMs),
    stageMs: Object.fromEntries(Object.entries(times).map(([task, ms]) => [task, spread(ms)])),
  };
}

test('is the rate of the slowest lane', () => {
  const limit = limitOf([lane({ steering: 1, detection: 19 }), lane({ segmentation: 40 })], 2);
  expect(limit.rateHz).toBeCloseTo(25);
  expect(limit.longestChain).toEqual(['segmentation']);
  expect(limit.longestChainMs).toBe(40);
  expect(limit.cpuMsPerFrame).toBe(60);
});

test('shared out, the work of all lanes lies on the cores evenly', () => {
  const lanes = [lane({ steering: 1, detection: 19 }), lane({ segmentation: 40 })];
  expect(limitOf(lanes, 2).sharedOutRateHz).toBeCloseTo(2000 / 60);
  // More cores than lanes have nothing to run.
  expect(limitOf(lanes, 16).sharedOutRateHz).toBeCloseTo(2000 / 60);
});

test('a chain goes over to another lane where a stage reads an answer from there', () => {
  const lanes = [
    lane({ detection: 20 }),
    lane({ steering: 2, signs: 5 }),
    lane({ segmentation: 24 }),
  ];
  const { longestChain, longestChainMs } = limitOf(lanes, 4);
  expect(longestChain).toEqual(['detection', 'signs']);
  expect(longestChainMs).toBe(25);
});

test('of several measurements the middle one counts', () => {
  const limits = [10, 30, 20].map((ms) => limitOf([lane({ steering: ms })], 1));
  expect(medianLimit(limits)).toBe(limits[2]);
});
