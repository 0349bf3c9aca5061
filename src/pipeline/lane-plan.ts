import { availableParallelism } from 'node:os';
import { type Task, tasks } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import { classesOf } from '../stages/classes-of.js';
import type { BundleChoice } from './bundle-choice.js';
import { Lane } from './lane.js';
import { planLanes, type StageTimesMs, sumMs } from './lane-planner.js';
import { LaneRelay } from './lane-relay.js';
import type { PipelineConfig } from './pipeline-schema.js';

/** Measured runs of each stage, after a warm-up run; the median counts. */
const measureRuns = 5;

/** Which stages share a thread, and why. */
export interface PlannedLanes {
  lanes: readonly (readonly Task[])[];
  /** `file`: as declared; `measured`: planned from `stageMs`. */
  by: 'file' | 'measured';
  /** Measured times, milliseconds; empty if the file declares the lanes. */
  stageMs: StageTimesMs;
  /** The bundle chosen for each stage that names several, and how long each took; absent if none does. */
  choices?: readonly BundleChoice[];
}

/** A lane with every network, used only to measure: it loads while the source opens and is gone before the first frame. */
export class LaneMeasurement {
  readonly #lane: Lane;
  readonly #relay = new LaneRelay();
  readonly #laneCount: number;

  constructor(config: PipelineConfig) {
    const { bundles, providers, preprocess, allowUncertified } = config;
    const stages = tasks.flatMap((task) => {
      const bundleDir = bundles[task];
      return bundleDir === undefined ? [] : [{ task, bundleDir }];
    });
    this.#laneCount = laneCountOf(config);
    const data = { stages, providers, preprocess, allowUncertified };
    this.#lane = new Lane({ name: 'measurement', data }, this.#relay);
  }

  /** Plans the lanes for frames like those of `capture`. Rejects with the error of a stage that cannot run. */
  async plan(capture: CaptureHandle, camera: CameraModel | undefined): Promise<PlannedLanes> {
    const loaded = await this.#lane.loaded;
    const detector = loaded.find(({ manifest }) => manifest.task === 'detection');
    const detectorClasses = classesOf(detector?.manifest);
    const cameras = [{ ring: capture.ring.shared, camera, detectorClasses }];
    this.#lane.prepare({ cameras, measureRuns });
    await this.#relay.firstReady;
    const { stageMs } = this.#lane;
    return { lanes: planLanes(stageMs, this.#laneCount), by: 'measured', stageMs };
  }

  async close(): Promise<void> {
    await this.#lane.close();
  }
}

function laneCountOf({ laneCount, providers }: PipelineConfig): number {
  return laneCount ?? (providers.includes('webgpu') ? 1 : availableParallelism());
}

/** One line for people: `steering + detection 21.3 ms | segmentation 24.0 ms`. */
export function describeLanes({ lanes, stageMs }: PlannedLanes): string {
  return lanes
    .map((lane) => `${lane.join(' + ')} ${sumMs(lane, stageMs).toFixed(1)} ms`)
    .join(' | ');
}

/** The lanes as the pipeline file declares them; nothing was measured. */
export const declaredLanes = (lanes: PlannedLanes['lanes']): PlannedLanes => ({
  lanes,
  by: 'file',
  stageMs: {},
});
