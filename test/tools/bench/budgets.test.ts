import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import type { BenchReport } from '../../../tools/bench/bench-report.js';
import { checkBench, checkReplay, readBudgets } from '../../../tools/bench/budgets.js';
import { runChild } from '../../../tools/bench/run-child.js';
import type { TrialRequest, TrialResult } from '../../../tools/bench/trial.js';
import { repoDir } from '../../support/command-line.js';

const budgets = await readBudgets(join(repoDir, 'budgets.json'));
const recording = join(repoDir, budgets.replay.recording);
const models = join(repoDir, 'models/detection/manifest.json');
const isThere = existsSync(recording) && existsSync(models);

/** Short, and long enough for a median. */
const frames = { frameCount: 32, warmUpFrames: 8 };
/** Counts hold every time; a ratio may suffer once from what else the machine does. */
const attempts = 3;

test.skipIf(!isThere)(
  `replaying the sample keeps its budgets${isThere ? '' : ' (left out: the sample drive or the bundles are not here)'}`,
  async () => {
    const file = await loadPipelineFile(join(repoDir, budgets.replay.pipeline));
    const config = { ...file, publish: {}, allowUncertified: true };
    const request: TrialRequest = { config, source: recording, frames: 'recorded', ...frames };
    let faults: string[] = [];
    for (let attempt = 0; attempt < attempts; attempt++) {
      const trial = await runChild<TrialRequest, TrialResult>('trial-process.js', request);
      expect(trial.report.frames).toMatchObject({ in: 32, published: 32, dropped: 0 });
      expect(trial.measured).toMatchObject({ frames: 24, complete: 24 });
      faults = checkReplay(trial, budgets);
      if (faults.length === 0) break;
    }
    expect(faults).toEqual([]);
  },
  300_000,
);

const spread = (p50: number) => ({ count: 24, p50, p95: p50, p99: p50, max: p50 });
const spans = (preprocess: number, inference: number, decode: number) => ({
  preprocessMs: spread(preprocess),
  inferenceMs: spread(inference),
  decodeMs: spread(decode),
  totalMs: spread(preprocess + inference + decode),
  queueMs: spread(0),
});

/** As much of a trial as budgets are held against. */
function trial(changes: { decodeMs?: number; glassMs?: number; dropped?: number } = {}) {
  const { decodeMs = 1, glassMs = 42, dropped = 0 } = changes;
  return {
    report: {
      frames: { in: 24, published: 24 - dropped, dropped },
      lanes: [{ name: 'detection' }, { name: 'segmentation' }],
      fuseAndPublishMs: spread(0.5),
    },
    measured: { frames: 24, complete: 24 - dropped, completeRateHz: 20 },
    glassToResultMs: spread(glassMs),
    stages: { detection: spans(2, 20, decodeMs), segmentation: spans(3, 35, 2) },
  } as unknown as TrialResult;
}

test('a replay within its budgets has no faults', () => {
  expect(checkReplay(trial(), budgets)).toEqual([]);
});

test('a decoder that grows slow beside its network is a fault, by name', () => {
  expect(checkReplay(trial({ decodeMs: 12 }), budgets)).toEqual([
    'detection: decode to inference: expected at most 0.2, found 0.6',
  ]);
});

test('a lost frame and a slow hand-over are faults', () => {
  const faults = checkReplay(trial({ dropped: 1, glassMs: 100 }), budgets);
  expect(faults).toEqual([
    'dropped frames: expected at most 0, found 1',
    'incomplete frames: expected at most 0, found 1',
    'glass to result to the stages of its longest lane: expected at most 1.6, found 2.5',
  ]);
});

test('a pipeline that keeps no rate at all with a page open misses its budget', () => {
  const bench = (rateHz: number | null) =>
    ({
      input: { frames: 'recorded' },
      peak: { rateHz: 20 },
      page: { peak: { rateHz } },
      ratios: { peakToLimit: 1, peakFallsWithPage: rateHz === null ? null : 0 },
    }) as unknown as BenchReport;
  expect(checkBench(bench(20), budgets)).toEqual([]);
  expect(checkBench(bench(null), budgets)).toEqual([
    'peak with a page: expected a rate that is sustained, found none',
  ]);
});

test('a budget that nobody knows is refused', async () => {
  await expect(readBudgets(join(repoDir, 'package.json'))).rejects.toMatchObject({
    code: 'ERR_CONFIG',
  });
});
