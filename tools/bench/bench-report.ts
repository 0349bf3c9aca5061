import type { Task } from '../../src/bundle/manifest.js';
import { median } from '../../src/frame/median.js';
import type { LatencySummary } from '../../src/pipeline/latency-histogram.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import type { RunReport } from '../../src/pipeline/run-report.js';
import type { PageComparison } from './compare-page.js';
import type { Limit } from './limit.js';
import type { Machine } from './machine.js';
import type { StartTimes } from './measure-start.js';
import type { MemoryGrowth } from './memory-growth.js';
import type { FrameMode, StageSpans, TrialResult } from './trial.js';
import type { ViewerKind } from './viewer.js';

export const benchParts = ['limit', 'peak', 'latency', 'memory', 'start', 'lockstep'] as const;
export type BenchPart = (typeof benchParts)[number];

/** Frames of one trial: the totals, and those measured after the warm-up. */
export interface TrialFrames {
  in: number;
  published: number;
  dropped: number;
  /** Measured frames, how many of them have every stage's answer, and the share that do not. */
  measured: number;
  complete: number;
  lossShare: number;
}

export interface RateReport {
  rateHz: number;
  frames: TrialFrames;
  completeRateHz: number;
  glassToResultMs: LatencySummary;
  stages: Record<string, StageSpans>;
  cpuMsPerFrame: number;
  fuseAndPublishMs: LatencySummary;
  eventLoopDelayMs: TrialResult['eventLoopDelayMs'];
}

/** What `windshield bench --json` prints. Durations in milliseconds, rates in frames a second. */
export interface BenchReport {
  schemaVersion: 1;
  input: {
    path: string;
    sha256: string | null;
    widthPx: number;
    heightPx: number;
    nominalRateHz: number | null;
    frames: FrameMode;
    signCropsPerFrame: number;
  };
  pipeline: { path: string; lanes: readonly (readonly Task[])[]; config: PipelineConfig };
  bundles: RunReport['bundles'];
  machine: Machine & { loadAverageBefore: number; loadAverageAfter: number };
  /** The median measurement of the limit; `ratesHz` lists all of them. */
  limit?: Limit & { ratesHz: number[] };
  peak?: {
    /** Offered in the confirming trial; null if no rate was sustained. */
    rateHz: number | null;
    confirmed: RateReport | null;
    trials: { rateHz: number; lossShare: number }[];
    /** Two frames in flight; the next one is requested when one is published. */
    closedLoop: RateReport;
  };
  /** The same with a page open, in the same run. */
  page?: PageComparison & {
    viewer: ViewerKind;
    peak: Omit<NonNullable<BenchReport['peak']>, 'closedLoop'>;
    closedLoop: { without: RateReport; withPage: RateReport };
  };
  latency?: { atHalfPeak: RateReport | null; at30Hz: RateReport };
  memory?: {
    growth: MemoryGrowth | null;
    freshBytesPerFrame: number;
    frameBytes: number;
    frames: TrialFrames;
  };
  start?: StartTimes;
  lockstep?: {
    frames: TrialFrames;
    resultsSha256: string[];
    isIdentical: boolean;
    isAccounted: boolean;
  };
  ratios: BenchRatios;
}

/** Figures that can be compared between machines; null if a part was not measured. */
export interface BenchRatios {
  /** Highest rate offered with under 5 % lost, divided by the limit. */
  peakToLimit: number | null;
  /** Complete frames published at that rate, divided by the limit. */
  completeToLimit: number | null;
  closedLoopToLimit: number | null;
  /** With a page open; null if none was. */
  peakToLimitWithPage: number | null;
  /** Share by which a page lowers peak over limit, and the closed-loop rate; 0 means no change. */
  peakFallsWithPage: number | null;
  closedLoopFallsWithPage: number | null;
  /** CPU time per frame in the closed loop, divided by that of the bare sessions; valid on a busy machine, too. */
  cpuToBareSessions: number | null;
  /** p50 at half the peak rate, divided by the longest chain of bare sessions. */
  glassToResultToLongestChain: number | null;
  /** Value at the end divided by the value at the start, minus one. */
  memoryGrowthShare: number | null;
}

export function ratiosOf(report: Omit<BenchReport, 'ratios'>): BenchRatios {
  const { limit, peak, page, latency, memory } = report;
  const toLimit = (rateHz: number | null | undefined) =>
    limit === undefined || rateHz === null || rateHz === undefined
      ? null
      : round(rateHz / limit.rateHz);
  const halfPeakMs = latency?.atHalfPeak?.glassToResultMs.p50;
  return {
    peakToLimit: toLimit(peak?.rateHz),
    completeToLimit: toLimit(peak?.confirmed?.completeRateHz),
    closedLoopToLimit: toLimit(peak?.closedLoop.completeRateHz),
    peakToLimitWithPage: toLimit(page?.peak.rateHz),
    peakFallsWithPage:
      limit === undefined || !peak?.rateHz || page?.peak.rateHz == null
        ? null
        : round((peak.rateHz - page.peak.rateHz) / limit.rateHz),
    closedLoopFallsWithPage: page === undefined ? null : round(1 - median(page.closedLoopRatios)),
    cpuToBareSessions:
      peak === undefined || !limit?.cpuMsPerFrame
        ? null
        : round(peak.closedLoop.cpuMsPerFrame / limit.cpuMsPerFrame),
    glassToResultToLongestChain:
      limit === undefined || halfPeakMs === undefined
        ? null
        : round(halfPeakMs / limit.longestChainMs),
    memoryGrowthShare: memory?.growth ? round(memory.growth.rssShare) : null,
  };
}

export function framesOf({ report, measured }: TrialResult): TrialFrames {
  const { in: framesIn, published, dropped } = report.frames;
  return {
    in: framesIn,
    published,
    dropped,
    measured: measured.frames,
    complete: measured.complete,
    lossShare: round(1 - measured.complete / measured.frames),
  };
}

export function rateReport(rateHz: number, trial: TrialResult): RateReport {
  return {
    rateHz: round(rateHz),
    frames: framesOf(trial),
    completeRateHz: trial.measured.completeRateHz,
    glassToResultMs: trial.glassToResultMs,
    stages: trial.stages,
    cpuMsPerFrame: trial.cpuMsPerFrame,
    fuseAndPublishMs: trial.report.fuseAndPublishMs,
    eventLoopDelayMs: trial.eventLoopDelayMs,
  };
}

const round = (value: number) => Math.round(value * 1e4) / 1e4;
