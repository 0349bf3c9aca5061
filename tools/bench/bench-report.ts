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

/** Frames of one trial: all of it, and what was measured after the warm-up. */
export interface TrialFrames {
  in: number;
  published: number;
  dropped: number;
  /** Measured frames, those of them with the answer of every stage, and the share without. */
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
  /** Of all measurements of the limit, the middle one; `ratesHz` are all of them. */
  limit?: Limit & { ratesHz: number[] };
  peak?: {
    /** Offered in the confirming trial; null where no rate went. */
    rateHz: number | null;
    confirmed: RateReport | null;
    trials: { rateHz: number; lossShare: number }[];
    /** Two frames on their way, the next asked for when one is published. */
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

/** What is comparable between machines; null where a part was left out. */
export interface BenchRatios {
  /** Highest rate offered with under 5 % lost, to the limit. */
  peakToLimit: number | null;
  /** Frames published complete at that rate, to the limit. */
  completeToLimit: number | null;
  closedLoopToLimit: number | null;
  /** With a page open; null where none was. */
  peakToLimitWithPage: number | null;
  /** By how much a page lowers peak over limit, and the closed loop over itself: 0 is nothing. */
  peakFallsWithPage: number | null;
  closedLoopFallsWithPage: number | null;
  /** Time on a core for one frame in the closed loop, to that of the bare sessions: holds on a busy machine, too. */
  cpuToBareSessions: number | null;
  /** p50 at half the peak rate, to the longest chain of bare sessions. */
  glassToResultToLongestChain: number | null;
  /** End over start, less one. */
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
