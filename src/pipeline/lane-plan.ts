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

/** Runs of each stage, after one that warms it; the median counts. */
const measureRuns = 5;

/** Which stages share a thread, and why. */
export interface PlannedLanes {
  lanes: readonly (readonly Task[])[];
  /** `file`: as declared; `measured`: planned from `stageMs`. */
  by: 'file' | 'measured';
  /** What was measured, milliseconds; empty where the file says. */
  stageMs: StageTimesMs;
  /** Which bundle was taken for each stage that names several, and how long each took; absent where none does. */
  choices?: readonly BundleChoice[];
}

/** A lane with every network, that is only measured: loading while the source opens, gone before the first frame. */
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

  /** Frames look like those of `capture`. Rejects with what hinders a stage. */
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

/** As the pipeline file shares them out; nothing was measured. */
export const declaredLanes = (lanes: PlannedLanes['lanes']): PlannedLanes => ({
  lanes,
  by: 'file',
  stageMs: {},
});
