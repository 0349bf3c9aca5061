import type { Task } from '../../src/bundle/manifest.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { framesOf, type RateReport, rateReport, type TrialFrames } from './bench-report.js';
import { findPeak, type RateTrial } from './find-peak.js';
import { describeMachine, loadAverage, type Machine } from './machine.js';
import type { RigTrialRequest, RigTrialResult } from './rig-trial-process.js';
import {
  allowedLossShare,
  frameCountOf,
  quietConfig,
  surveyFrames,
  warmUpFrames,
} from './run-bench.js';
import { runChild } from './run-child.js';
import type { FrameMode } from './trial.js';

/** What can be measured on a complete rig; the other parts measure one camera. */
export const rigBenchParts = ['peak', 'lockstep'] as const;
export type RigBenchPart = (typeof rigBenchParts)[number];

export interface RigBenchOptions {
  /** Must have cameras. */
  config: PipelineConfig;
  pipelinePath: string;
  /** By camera, replacing the file's sources. */
  sources?: Readonly<Record<string, string>> | undefined;
  parts: ReadonlySet<RigBenchPart>;
  frames: FrameMode;
  trialSeconds: number;
  confirmSeconds: number;
  /** Frames of each camera in each of the two lock-step runs. */
  lockstepFrames: number;
  resolution: number;
  note(text: string): void;
  signal?: AbortSignal;
}

/** What `windshield bench --json` prints for a rig. Durations in milliseconds, rates in frames a second. */
export interface RigBenchReport {
  schemaVersion: 1;
  pipeline: { path: string; lanes: readonly (readonly Task[])[]; config: PipelineConfig };
  machine: Machine & { loadAverageBefore: number; loadAverageAfter: number };
  frames: FrameMode;
  cameras: Record<
    string,
    { source: string; widthPx: number; heightPx: number; nominalRateHz: number }
  >;
  peak?: {
    /**
     * Highest multiple of the recorded speed at which all cameras ran together, each with under 5 % lost; null if
     * none was sustained.
     */
    pace: number | null;
    /** By camera, in the confirming trial. */
    confirmed: Record<string, RateReport> | null;
    /** `lossShare` of the camera that lost most. */
    trials: { pace: number; lossShare: number }[];
  };
  lockstep?: {
    frames: Record<string, TrialFrames>;
    /** By camera, of both runs. */
    resultsSha256: Record<string, string[]>;
    isIdentical: boolean;
  };
}

/** Initial bracket of the search, as multiples of the recorded speed. */
const [slowest, fastest] = [0.25, 4];

/** Measures a rig with all of its cameras at work, one process at a time. Rejects with the first error of a trial. */
export async function runRigBench(options: RigBenchOptions): Promise<RigBenchReport> {
  const { parts, note, signal, sources, frames, pipelinePath } = options;
  let config = quietConfig(options.config);
  const names = Object.keys(config.cameras!);
  const trial = (request: Partial<RigTrialRequest> & Pick<RigTrialRequest, 'frameCounts'>) => {
    const full = { config, sources, frames, warmUpFrames, ...request };
    return runChild<RigTrialRequest, RigTrialResult>('rig-trial-process.js', full, signal);
  };
  const each = (count: (camera: string) => number) =>
    Object.fromEntries(names.map((name) => [name, count(name)]));

  const machine = await describeMachine();
  const loadAverageBefore = loadAverage();
  note('survey: lock-step over the drives');
  const surveyed = Math.min(surveyFrames, options.lockstepFrames) + warmUpFrames;
  const survey = await trial({ frameCounts: each(() => surveyed) });
  // Planned once for all trials, because runs can be compared only in the same lanes.
  const lanes = survey[names[0]!]!.report.lanes.map(({ name }) => name.split('+') as Task[]);
  config = { ...config, lanes };
  const cameras = Object.fromEntries(
    names.map((name) => {
      const { widthPx, heightPx, nominalRateHz } = survey[name]!.report.source;
      const source = sources?.[name] ?? config.cameras![name]!.source;
      return [name, { source, widthPx, heightPx, nominalRateHz: nominalRateHz ?? 20 }];
    }),
  );
  const rateOf = (name: string, pace: number) => cameras[name]!.nominalRateHz * pace;

  const measurePeak = async () => {
    const { trialSeconds, confirmSeconds, resolution } = options;
    const { confirmed, trials } = await findPeak<RateTrial & { trial: RigTrialResult }>({
      lowHz: slowest,
      highHz: fastest,
      allowedLossShare,
      resolution,
      offer: async (pace, purpose) => {
        const seconds = purpose === 'confirm' ? confirmSeconds : trialSeconds;
        const frameCounts = each((name) => frameCountOf(rateOf(name, pace), seconds));
        const found = await trial({ frameCounts, rateFactor: pace });
        const losses = names.map((name) => framesOf(found[name]!).lossShare);
        const told = names.map((name, index) => `${name} ${(losses[index]! * 100).toFixed(1)} %`);
        note(`${purpose}: ${pace.toFixed(2)} times the recorded pace, lost ${told.join(', ')}`);
        return { rateHz: pace, lossShare: Math.max(...losses), trial: found };
      },
    });
    return {
      pace: confirmed?.rateHz ?? null,
      confirmed: confirmed
        ? Object.fromEntries(
            names.map((name) => [
              name,
              rateReport(rateOf(name, confirmed.rateHz), confirmed.trial[name]!),
            ]),
          )
        : null,
      trials: trials.map(({ rateHz, lossShare }) => ({ pace: rateHz, lossShare })),
    };
  };

  const measureLockstep = async () => {
    const run = () =>
      trial({
        frameCounts: each(() => options.lockstepFrames),
        warmUpFrames: 0,
        hashesResults: true,
      });
    const runs = [await run(), await run()];
    const resultsSha256 = Object.fromEntries(
      names.map((name) => [name, runs.map((one) => one[name]!.resultsSha256!)]),
    );
    note(`lock-step: ${options.lockstepFrames} frames of each camera twice`);
    return {
      frames: Object.fromEntries(names.map((name) => [name, framesOf(runs[0]![name]!)])),
      resultsSha256,
      isIdentical: Object.values(resultsSha256).every((hashes) => new Set(hashes).size === 1),
    };
  };

  const peak = parts.has('peak') ? await measurePeak() : undefined;
  const lockstep = parts.has('lockstep') ? await measureLockstep() : undefined;
  return {
    schemaVersion: 1,
    pipeline: { path: pipelinePath, lanes, config },
    machine: { ...machine, loadAverageBefore, loadAverageAfter: loadAverage() },
    frames,
    cameras,
    ...(peak && { peak }),
    ...(lockstep && { lockstep }),
  };
}
