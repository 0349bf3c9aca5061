import type { CameraModel } from '../calibration/camera-model.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type BundleChoice,
  BundleMeasurement,
  describeChoice,
  withChosenBundles,
} from './bundle-choice.js';
import { cameraIn } from './camera-for-run.js';
import { LaneCrew } from './lane-crew.js';
import { declaredLanes, describeLanes, LaneMeasurement, type PlannedLanes } from './lane-plan.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { PipelineConfig } from './pipeline-schema.js';

/**
 * Starts the lanes: at once if the file declares everything, else after measuring which bundles to run (live only: in
 * lock-step the first-named runs, so that results do not depend on a measurement) and how to distribute them over lanes.
 */
export class CrewMaker {
  readonly #options: PipelineOptions;
  readonly #bundles: BundleMeasurement | undefined;
  #lanes: LaneMeasurement | undefined;
  #crew: LaneCrew | undefined;
  readonly #cameras: readonly PipelineConfig[] | undefined;
  #isGivenUp = false;

  /** `cameras`: the pipeline file's settings for each camera, if there are several. */
  constructor(options: PipelineOptions, cameras?: readonly PipelineConfig[]) {
    this.#options = options;
    this.#cameras = cameras;
    const { config, pacing } = options;
    if (config.alternatives !== undefined && pacing === 'realtime')
      this.#bundles = new BundleMeasurement(config);
    else if (config.lanes === 'auto') this.#lanes = new LaneMeasurement(config);
    else this.#crew = new LaneCrew(options, declaredLanes(config.lanes), cameras);
  }

  /** Measurements, if any are needed, run on frames like those of `capturing`. */
  async load(capturing: Promise<CaptureHandle>, calibrating: Promise<CameraModel | undefined>) {
    const crew = this.#crew ?? (await this.#plan(capturing, calibrating));
    return { crew, stages: await crew.stages() };
  }

  async giveUp(): Promise<void> {
    this.#isGivenUp = true;
    await Promise.all([this.#bundles?.close(), this.#lanes?.close(), this.#crew?.close()]);
  }

  async #plan(capturing: Promise<CaptureHandle>, calibrating: Promise<CameraModel | undefined>) {
    const [capture, calibrated] = await Promise.all([capturing, calibrating]);
    const camera = cameraIn(capture, calibrated);
    const choices = await this.#bundles?.choose(capture, camera);
    await this.#bundles?.close();
    this.#checkIsWanted();
    for (const choice of choices ?? [])
      this.#options.note?.(`bundle chosen: ${describeChoice(choice)}`);
    const config = withChosenBundles(this.#options.config, choices ?? []);
    const planned = await this.#planLanes(config, capture, camera);
    this.#crew = new LaneCrew(
      { ...this.#options, config },
      { ...planned, ...(choices && { choices }) },
      this.#cameras?.map((camera) =>
        withChosenBundles(
          camera,
          (choices ?? []).filter((choice) => this.#isShared(camera, choice)),
        ),
      ),
    );
    return this.#crew;
  }

  async #planLanes(
    config: PipelineConfig,
    capture: CaptureHandle,
    camera: CameraModel | undefined,
  ): Promise<PlannedLanes> {
    if (config.lanes !== 'auto') return declaredLanes(config.lanes);
    this.#lanes ??= new LaneMeasurement(config);
    const planned = await this.#lanes.plan(capture, camera);
    await this.#lanes.close();
    this.#checkIsWanted();
    this.#options.note?.(`lanes planned: ${describeLanes(planned)}`);
    return planned;
  }

  /** Whether a choice applies to a camera: not if the camera names its own bundle. */
  #isShared({ bundles }: PipelineConfig, { task }: BundleChoice): boolean {
    return bundles[task] !== undefined && bundles[task] === this.#options.config.bundles[task];
  }

  #checkIsWanted(): void {
    if (this.#isGivenUp) throw new PerceptionError('ERR_INTERNAL', 'the opening was given up');
  }
}
