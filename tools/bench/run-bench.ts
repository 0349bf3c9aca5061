import type { Task } from '../../src/bundle/manifest.js';
import { frameBytes, packedRgbLayout } from '../../src/frame/frame.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { chosenCameraOf } from '../../src/recording/recorded-cameras.js';
import type { BareLane, BareRequest } from './bare-lanes.js';
import {
  type BenchPart,
  type BenchReport,
  framesOf,
  rateReport,
  ratiosOf,
} from './bench-report.js';
import { comparePage } from './compare-page.js';
import { findPeak, type RateTrial } from './find-peak.js';
import { type Limit, limitOf, medianLimit } from './limit.js';
import type { LookedAt } from './looked-at.js';
import { describeMachine, fileSha256, loadAverage } from './machine.js';
import { measureStart } from './measure-start.js';
import { memoryGrowth } from './memory-growth.js';
import { runChild } from './run-child.js';
import type { CropCounts, FrameMode, TrialRequest, TrialResult } from './trial.js';

export interface BenchOptions {
  config: PipelineConfig;
  pipelinePath: string;
  source: string;
  parts: ReadonlySet<BenchPart>;
  /** If given, the peak is searched once more with a page being viewed. */
  look?: LookedAt;
  frames: FrameMode;
  /** Measured seconds of each search trial, and of each trial whose numbers are reported. */
  trialSeconds: number;
  confirmSeconds: number;
  /** Frames of the memory part, and of each of the two lock-step runs. */
  memoryFrames: number;
  lockstepFrames: number;
  startCount: number;
  /** The search for the peak ends when the bracket is narrower than this share of the rate. */
  resolution: number;
  note(text: string): void;
  signal?: AbortSignal;
}

/** Frames before the first measured one, while code is compiled and memory settles. */
export const warmUpFrames = 20;
const leastFrames = 60;
/** Lock-step frames that reveal the lanes, the bundles and the number of signs to read. */
export const surveyFrames = 120;
/** A rate counts as sustained if less than this share of its frames is lost. */
export const allowedLossShare = 0.05;
/** Initial bracket of the search, as shares of the limit. */
const searchFrom = 0.5;
const searchTo = 1.1;

/** Measures everything that was requested, one process at a time. Rejects with the first error of a trial. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  return new Bench(options).run();
}

class Bench {
  readonly #options: BenchOptions;
  #config: PipelineConfig;
  #nominalRateHz = 20;
  #crops: CropCounts = { signs: [], lights: [] };
  readonly #limits: Limit[] = [];
  #coreCount = 1;

  constructor(options: BenchOptions) {
    this.#options = options;
    this.#config = quietConfig(options.config);
  }

  async run(): Promise<BenchReport> {
    const { options, has } = { options: this.#options, has: (part: BenchPart) => this.#has(part) };
    const machine = await describeMachine();
    this.#coreCount = machine.cores;
    const loadAverageBefore = loadAverage();
    const survey = await this.#survey();
    const { source, bundles } = survey.report;
    if (has('limit') || has('peak')) await this.#measureLimit();
    const peak = has('peak') ? await this.#measurePeak() : undefined;
    const page = peak && options.look && (await this.#measurePage(options.look, peak));
    const latency = has('latency') ? await this.#measureLatency(peak?.rateHz ?? null) : undefined;
    const memory = has('memory') ? await this.#measureMemory(source) : undefined;
    const start = has('start') ? await this.#measureStart() : undefined;
    const lockstep = has('lockstep') ? await this.#measureLockstep() : undefined;
    const limit = this.#limits.length === 0 ? undefined : medianLimit(this.#limits);
    const report = {
      schemaVersion: 1 as const,
      input: {
        path: options.source,
        sha256: await fileSha256(chosenCameraOf(options.source).path),
        widthPx: source.widthPx,
        heightPx: source.heightPx,
        nominalRateHz: source.nominalRateHz,
        frames: options.frames,
        signCropsPerFrame: mean(this.#crops.signs),
      },
      pipeline: { path: options.pipelinePath, lanes: this.#lanes, config: options.config },
      bundles,
      machine: { ...machine, loadAverageBefore, loadAverageAfter: loadAverage() },
      ...(limit && { limit: { ...limit, ratesHz: this.#limits.map(({ rateHz }) => rateHz) } }),
      ...(peak && { peak }),
      ...(page && { page }),
      ...(latency && { latency }),
      ...(memory && { memory }),
      ...(start && { start }),
      ...(lockstep && { lockstep }),
    };
    return { ...report, ratios: ratiosOf(report) };
  }

  get #lanes(): readonly (readonly Task[])[] {
    return this.#config.lanes as readonly (readonly Task[])[];
  }

  #has(part: BenchPart): boolean {
    const { parts, look } = this.#options;
    return parts.has(part) || (part === 'peak' && look !== undefined);
  }

  #trial(request: Partial<TrialRequest> & { frameCount: number }): Promise<TrialResult> {
    const { source, frames, signal } = this.#options;
    const full = { config: this.#config, source, frames, warmUpFrames, ...request };
    return runChild<TrialRequest, TrialResult>('trial-process.js', full, signal);
  }

  /** Finds the planned lanes and the crops to read, which the limit is measured with. */
  async #survey(): Promise<TrialResult> {
    this.#options.note('survey: lock-step over the drive');
    const frameCount = Math.min(surveyFrames, this.#options.lockstepFrames) + warmUpFrames;
    const survey = await this.#trial({ frameCount });
    const { lanes, source } = survey.report;
    const planned = lanes.map(({ name }) => name.split('+') as Task[]);
    // Planned once for all trials, because runs can be compared only in the same lanes.
    this.#config = { ...this.#config, lanes: planned };
    this.#nominalRateHz = source.nominalRateHz ?? this.#nominalRateHz;
    this.#crops = survey.crops;
    return survey;
  }

  async #measureLimit(): Promise<Limit> {
    const { trialSeconds, note, signal } = this.#options;
    const request: BareRequest = {
      lanes: this.#lanes,
      bundles: this.#config.bundles as BareRequest['bundles'],
      providers: this.#config.providers,
      crops: this.#crops,
      measureMs: trialSeconds * 1000,
    };
    const lanes = await runChild<BareRequest, BareLane[]>('bare-process.js', request, signal);
    const limit = limitOf(lanes, this.#coreCount);
    this.#limits.push(limit);
    note(`limit: ${limit.rateHz.toFixed(2)} frames a second in bare sessions`);
    return limit;
  }

  async #offer(rateHz: number, seconds: number, look?: LookedAt): Promise<TrialResult> {
    const rateFactor = rateHz / this.#nominalRateHz;
    const frameCount = frameCountOf(rateHz, seconds);
    return this.#trial({ rateFactor, frameCount, ...(look && { look }) });
  }

  async #measurePeak(look?: LookedAt): Promise<NonNullable<BenchReport['peak']>> {
    const { trialSeconds, confirmSeconds, resolution, note } = this.#options;
    const limit = this.#limits[0]!;
    const { confirmed, trials } = await findPeak<RateTrial & { trial: TrialResult }>({
      lowHz: limit.rateHz * searchFrom,
      highHz: limit.rateHz * searchTo,
      allowedLossShare,
      resolution,
      offer: async (rateHz, purpose) => {
        if (purpose === 'confirm') await this.#measureLimit();
        const seconds = purpose === 'confirm' ? confirmSeconds : trialSeconds;
        const trial = await this.#offer(rateHz, seconds, look);
        const { lossShare } = framesOf(trial);
        note(
          `${purpose}: ${rateHz.toFixed(2)} frames a second, ${(lossShare * 100).toFixed(1)} % lost`,
        );
        return { rateHz, lossShare, trial };
      },
    });
    const frameCount = frameCountOf(limit.rateHz, confirmSeconds);
    const closed = await this.#closedLoop(frameCount, look);
    note(`closed loop: ${closed.measured.completeRateHz.toFixed(2)} frames a second`);
    await this.#measureLimit();
    return {
      rateHz: confirmed?.rateHz ?? null,
      confirmed: confirmed ? rateReport(confirmed.rateHz, confirmed.trial) : null,
      trials: trials.map(({ rateHz, lossShare }) => ({ rateHz, lossShare })),
      closedLoop: rateReport(closed.measured.completeRateHz, closed),
    };
  }

  #closedLoop(frameCount: number, look?: LookedAt): Promise<TrialResult> {
    return this.#trial({ frameCount, framesInFlight: 2, ...(look && { look }) });
  }

  /** Measures the peak with a page being viewed, then closed loops with and without one. */
  async #measurePage(look: LookedAt, peak: NonNullable<BenchReport['peak']>) {
    const { note, confirmSeconds } = this.#options;
    note(`page: the same with a page open (${look.viewer})`);
    const { closedLoop: withPage, ...peakWithPage } = await this.#measurePeak(look);
    const frameCount = frameCountOf(this.#limits[0]!.rateHz, confirmSeconds);
    const pairs = await comparePage((isOpen) => {
      return this.#closedLoop(frameCount, isOpen ? look : undefined);
    });
    note(`page: closed loop with over without, ${pairs.closedLoopRatios.join(', ')}`);
    const closedLoop = { without: peak.closedLoop, withPage };
    return { viewer: look.viewer, peak: peakWithPage, closedLoop, ...pairs };
  }

  async #measureLatency(peakHz: number | null) {
    const { confirmSeconds, note } = this.#options;
    const at = async (rateHz: number) => {
      const report = rateReport(rateHz, await this.#offer(rateHz, confirmSeconds));
      const { p50, p99 } = report.glassToResultMs;
      note(
        `latency at ${rateHz.toFixed(2)} frames a second: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      );
      return report;
    };
    const atHalfPeak = peakHz === null ? null : await at(peakHz / 2);
    return { atHalfPeak, at30Hz: await at(30) };
  }

  async #measureMemory(source: { widthPx: number; heightPx: number }) {
    const { memoryFrames, note } = this.#options;
    // The first tenth is also warm-up, while allocators and heaps find their size.
    const warmUp = Math.max(warmUpFrames, Math.ceil(memoryFrames / 10));
    const request = { frameCount: memoryFrames + warmUp, warmUpFrames: warmUp };
    const trial = await this.#trial({ ...request, framesInFlight: 2 });
    const growth = memoryGrowth(trial.memory) ?? null;
    note(`memory: ${memoryFrames} frames`);
    const { widthPx, heightPx } = source;
    return {
      growth,
      freshBytesPerFrame: trial.freshBytesPerFrame,
      frameBytes: frameBytes(packedRgbLayout(widthPx, heightPx)),
      frames: framesOf(trial),
    };
  }

  async #measureStart() {
    const { source, config, startCount: count, note, signal } = this.#options;
    const common = { config, source, count };
    const times = await measureStart(signal === undefined ? common : { ...common, signal });
    note(`start: first result after ${times.medianMs} ms`);
    return times;
  }

  async #measureLockstep() {
    const { lockstepFrames: frameCount, note } = this.#options;
    const run = () => this.#trial({ frameCount, warmUpFrames: 0, hashesResults: true });
    const runs = [await run(), await run()];
    const resultsSha256 = runs.map((trial) => trial.resultsSha256!);
    const isAccounted = runs.every(({ report: { frames } }) => {
      return frames.in === frames.published + frames.dropped && frames.in === frameCount;
    });
    note(`lock-step: ${frameCount} frames twice, ${resultsSha256.join(' and ')}`);
    return {
      frames: framesOf(runs[0]!),
      resultsSha256,
      isIdentical: new Set(resultsSha256).size === 1,
      isAccounted,
    };
  }
}

/** Publishes on a free port, writes no recording, and holds nothing back: every frame goes through every network. */
export function quietConfig(config: PipelineConfig): PipelineConfig {
  const { record: _record, publish, ...rest } = config;
  const { degradation: _degradation, ...whole } = rest as typeof rest & { degradation?: unknown };
  const zeromq = publish.zeromq && { ...publish.zeromq, endpoint: 'tcp://127.0.0.1:*' };
  return { ...whole, publish: zeromq === undefined ? {} : { zeromq } } as PipelineConfig;
}

/** Frames of a trial: enough that a single frame is less than 5 % of them. */
export const frameCountOf = (rateHz: number, seconds: number) =>
  warmUpFrames + Math.max(leastFrames, Math.ceil(rateHz * seconds));

const mean = (values: readonly number[]) =>
  Math.round((values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)) * 1e4) /
  1e4;
