import { z } from 'zod';
import { tasks } from '../../src/bundle/manifest.js';
import { readInputText } from '../../src/files/read-input.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { parseJson } from '../../src/text/json-document.js';
import type { BenchReport } from './bench-report.js';
import type { TrialResult } from './trial.js';

const share = z.number().positive();
/** By stage: upper bound of a part's p50 as a share of the p50 of the stage's own inference. */
const byStage = z.partialRecord(z.enum(tasks), share);

/** budgets.json: ratios and counts only, so that it holds on every machine. */
const budgetsSchema = z.strictObject({
  $comment: z.string().optional(),
  /** Limits for replaying the sample in lock-step; the tests check them on every change. */
  replay: z.strictObject({
    recording: z.string(),
    pipeline: z.string(),
    droppedFrames: z.int().min(0),
    incompleteFrames: z.int().min(0),
    preprocessToInference: byStage,
    decodeToInference: byStage,
    fuseAndPublishToGlass: share,
    /** p50 of glass to result over p50 of the longest chain of stages in the same run. */
    glassToResultToStages: share,
  }),
  /** Limits that `windshield bench --budgets` checks on a machine that is otherwise idle. */
  bench: z.strictObject({
    peakToLimitAtLeast: share,
    glassToResultToLongestChainAtMost: share,
    peakFallsWithPageAtMost: share,
    memoryGrowthShareAtMost: share,
    freshFramesPerFrameAtMost: share,
  }),
});

export type Budgets = z.infer<typeof budgetsSchema>;

/** Throws ERR_CONFIG if the file cannot be read or is not valid. */
export async function readBudgets(path: string): Promise<Budgets> {
  const text = readInputText(path, { code: 'ERR_CONFIG', what: 'budgets' });
  const parsed = budgetsSchema.safeParse(parseJson(text, { where: path, code: 'ERR_CONFIG' }));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PerceptionError(
    'ERR_CONFIG',
    `${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`,
  );
}

/**
 * Violations by a bench, one line each. Lock-step runs that differ are always reported, ratios only if budgets are
 * given.
 */
export function checkBench(report: BenchReport, budgets: Budgets | undefined): string[] {
  const faults: string[] = [];
  const { lockstep, memory, ratios } = report;
  if (lockstep && !lockstep.isIdentical)
    faults.push('lock-step: expected the same results twice, found them to differ');
  if (lockstep && !lockstep.isAccounted)
    faults.push('lock-step: expected frames in = published + drops, found otherwise');
  if (budgets === undefined) return faults;
  const { bench } = budgets;
  const atMost = (what: string, found: number | null | undefined, most: number) => {
    if (found !== null && found !== undefined && found > most)
      faults.push(`${what}: expected at most ${most}, found ${found}`);
  };
  if (report.peak !== undefined && (ratios.peakToLimit ?? 0) < bench.peakToLimitAtLeast)
    faults.push(
      `peak to limit: expected at least ${bench.peakToLimitAtLeast}, found ${ratios.peakToLimit}`,
    );
  atMost(
    'glass to result to longest chain',
    ratios.glassToResultToLongestChain,
    bench.glassToResultToLongestChainAtMost,
  );
  atMost('peak over limit lost to a page', ratios.peakFallsWithPage, bench.peakFallsWithPageAtMost);
  if (report.page?.peak.rateHz === null)
    faults.push('peak with a page: expected a rate that is sustained, found none');
  atMost('memory growth', ratios.memoryGrowthShare, bench.memoryGrowthShareAtMost);
  if (memory !== undefined && report.input.frames === 'ready')
    atMost(
      'fresh memory a frame, in frames',
      memory.freshBytesPerFrame / memory.frameBytes,
      bench.freshFramesPerFrameAtMost,
    );
  return faults;
}

/** Violations by one lock-step replay, one line each. */
export function checkReplay(trial: TrialResult, { replay }: Budgets): string[] {
  const faults: string[] = [];
  const atMost = (what: string, found: number, most: number) => {
    if (!(found <= most)) faults.push(`${what}: expected at most ${most}, found ${found}`);
  };
  const { report, measured, stages, glassToResultMs } = trial;
  const { frames } = report;
  if (frames.in !== frames.published + frames.dropped)
    faults.push(
      `frames: ${frames.in} in, ${frames.published} published, ${frames.dropped} dropped`,
    );
  atMost('dropped frames', frames.dropped, replay.droppedFrames);
  atMost('incomplete frames', measured.frames - measured.complete, replay.incompleteFrames);
  for (const part of ['preprocess', 'decode'] as const)
    for (const [stage, most] of Object.entries(replay[`${part}ToInference`])) {
      const spans = stages[stage];
      // A drive without signs to read has no figures for the sign network.
      if (spans === undefined) continue;
      const found = spans[`${part}Ms`].p50 / spans.inferenceMs.p50;
      atMost(`${stage}: ${part} to inference`, found, most);
    }
  atMost(
    'fuse and publish to glass to result',
    report.fuseAndPublishMs.p50 / glassToResultMs.p50,
    replay.fuseAndPublishToGlass,
  );
  const laneMs = report.lanes.map(({ name }) =>
    name.split('+').reduce((sum, stage) => sum + (stages[stage]?.totalMs.p50 ?? 0), 0),
  );
  atMost(
    'glass to result to the stages of its longest lane',
    glassToResultMs.p50 / Math.max(...laneMs),
    replay.glassToResultToStages,
  );
  return faults;
}
