import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseManifest } from '../bundle/bundle.js';
import { type Task, tasks } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import { classesOf } from '../stages/classes-of.js';
import { Lane } from './lane.js';
import { LaneRelay } from './lane-relay.js';
import type { PipelineConfig } from './pipeline-schema.js';

/** Measured runs of each candidate, after a warm-up run; the median counts. */
const measureRuns = 5;
/** A later candidate replaces an earlier one only if it is faster by this share: less is noise. */
const leastGain = 0.1;

/** One bundle that a stage may run. */
export interface BundleCandidate {
  bundleDir: string;
  /** Milliseconds of one warm run, preprocessing included; null if it cannot run here. */
  ms: number | null;
  /** Why it cannot run: not certified, broken or without a provider. */
  refusedBy?: string;
}

/** The bundle chosen for a stage that names several. */
export interface BundleChoice {
  task: Task;
  bundleDir: string;
  candidates: readonly BundleCandidate[];
}

/** Returns the first candidate that runs, unless a later one is faster by a tenth; undefined if none runs. */
export function fastestCandidate(
  candidates: readonly BundleCandidate[],
): BundleCandidate | undefined {
  let best: BundleCandidate | undefined;
  for (const candidate of candidates) {
    if (candidate.ms === null) continue;
    if (best === undefined || candidate.ms < best.ms! * (1 - leastGain)) best = candidate;
  }
  return best;
}

interface Started {
  task: Task;
  bundleDir: string;
  lane: Lane;
  relay: LaneRelay;
}

/** Loads every candidate of the stages that name several, each in its own lane, while the source opens. */
export class BundleMeasurement {
  readonly #config: PipelineConfig;
  readonly #started: readonly Started[];

  constructor(config: PipelineConfig) {
    this.#config = config;
    const { providers, preprocess, alternatives = {} } = config;
    this.#started = tasks.flatMap((task) =>
      (alternatives[task] ?? []).map((bundleDir) => {
        const relay = new LaneRelay();
        // An uncertified candidate is never chosen, whatever the file allows: the other candidates replace it.
        const data = {
          stages: [{ task, bundleDir }],
          providers,
          preprocess,
          allowUncertified: false,
        };
        const name = `candidate ${basename(bundleDir)}`;
        return { task, bundleDir, relay, lane: new Lane({ name, data }, relay) };
      }),
    );
  }

  /**
   * Measures the candidates one after the other on frames like those of `capture`. If no candidate of a stage runs,
   * rejects with the error of its first-named one, as a lane does.
   */
  async choose(
    capture: CaptureHandle,
    camera: CameraModel | undefined,
  ): Promise<readonly BundleChoice[]> {
    const detectorClasses = await this.#detectorClasses();
    // All are loaded before the first is measured: loading takes the cores.
    await Promise.allSettled(this.#started.map(({ lane }) => lane.loaded));
    const measured: { task: Task; candidate: BundleCandidate; error?: unknown }[] = [];
    for (const { task, bundleDir, lane, relay } of this.#started) {
      try {
        await lane.loaded;
        const cameras = [{ ring: capture.ring.shared, camera, detectorClasses }];
        lane.prepare({ cameras, measureRuns });
        await relay.firstReady;
        measured.push({ task, candidate: { bundleDir, ms: lane.stageMs[task]! } });
      } catch (error) {
        const refusedBy = error instanceof Error ? error.message : String(error);
        measured.push({ task, candidate: { bundleDir, ms: null, refusedBy }, error });
      }
    }
    return tasks.flatMap((task) => {
      const own = measured.filter((entry) => entry.task === task);
      if (own.length === 0) return [];
      const candidates = own.map(({ candidate }) => candidate);
      const fastest = fastestCandidate(candidates);
      if (fastest === undefined) throw own[0]!.error;
      return [{ task, bundleDir: fastest.bundleDir, candidates }];
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map(({ lane }) => lane.close()));
  }

  /** The detector's classes, for the sign stage. An unreadable manifest is reported when it is loaded. */
  async #detectorClasses(): Promise<readonly string[]> {
    const dir = this.#config.bundles.detection;
    if (dir === undefined) return [];
    const where = join(dir, 'manifest.json');
    try {
      return classesOf(parseManifest(await readFile(where, 'utf8'), where));
    } catch {
      return [];
    }
  }
}

/** Returns the pipeline with the chosen bundles and without alternatives. */
export function withChosenBundles(
  { alternatives: _, ...config }: PipelineConfig,
  choices: readonly BundleChoice[],
): PipelineConfig {
  const chosen = Object.fromEntries(choices.map(({ task, bundleDir }) => [task, bundleDir]));
  return { ...config, bundles: { ...config.bundles, ...chosen } };
}

/** One line for people: `detection: detection-int8 8.1 ms, not detection 14.5 ms`. */
export function describeChoice({ task, bundleDir, candidates }: BundleChoice): string {
  const timed = ({ bundleDir: dir, ms, refusedBy }: BundleCandidate) =>
    `${basename(dir)} ${ms === null ? `(${refusedBy})` : `${ms.toFixed(2)} ms`}`;
  const taken = candidates.find((candidate) => candidate.bundleDir === bundleDir)!;
  const others = candidates.filter((candidate) => candidate !== taken).map(timed);
  return `${task}: ${timed(taken)}, not ${others.join(', ')}`;
}
