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

/** Runs of each candidate, after one that warms it; the median counts. */
const measureRuns = 5;
/** A later candidate takes the place of an earlier one when it is faster by this share: less is noise. */
const leastGain = 0.1;

/** One bundle that a stage may run. */
export interface BundleCandidate {
  bundleDir: string;
  /** One run with its preprocessing, warm, milliseconds; null where it cannot run here. */
  ms: number | null;
  /** Why it cannot: not certified, broken or without a provider. */
  refusedBy?: string;
}

/** The bundle that was taken for a stage that names several. */
export interface BundleChoice {
  task: Task;
  bundleDir: string;
  candidates: readonly BundleCandidate[];
}

/** The candidate to run: the first that runs, unless a later one is faster by a tenth. Undefined where none runs. */
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

/** Every candidate of the stages that name several, loading each in a lane of its own while the source opens. */
export class BundleMeasurement {
  readonly #config: PipelineConfig;
  readonly #started: readonly Started[];

  constructor(config: PipelineConfig) {
    this.#config = config;
    const { providers, preprocess, alternatives = {} } = config;
    this.#started = tasks.flatMap((task) =>
      (alternatives[task] ?? []).map((bundleDir) => {
        const relay = new LaneRelay();
        // An uncertified candidate has no place here, whatever the file allows: the others are there for that.
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
   * Measures one candidate after the other on frames like those of `capture`. Rejects, as a lane does, with what hinders
   * the first-named candidate of a stage of which none runs.
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

  /** What the sign stage asks of its detector. A manifest that cannot be read is told of where it is loaded. */
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

/** The pipeline with the bundles that were chosen, and nothing left to choose. */
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
