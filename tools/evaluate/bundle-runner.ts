import type { Bundle } from '../../src/bundle/bundle.js';
import { croppedClasses } from '../../src/bundle/crop-spec.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import type { NetworkSession } from '../../src/inference/network-session.js';
import { loadStageRunner } from '../../src/stages/create-stage-runner.js';
import { openNetwork } from '../../src/stages/load-stage.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { StageRunner } from '../../src/stages/stage-runner.js';
import type { StageSetup } from '../../src/stages/stage-setup.js';
import type { RgbImage } from '../datasets/sample.js';

export interface RunnerOptions {
  /** Execution providers in the order they are tried; the CPU by default. */
  providers?: readonly string[];
  /** Continues even if the golden outputs are not reproduced. */
  allowUncertified?: boolean;
}

/** Tables are kept for this many picture sizes, the most recently used. */
const maxSizes = 32;

/**
 * Runs a bundle on single pictures through the same stages as the rig's lanes: the same remap tables, the
 * same session, the same decoding. Pictures may have any size; the tables of each size are built once.
 */
export class BundleRunner {
  readonly #bundle: Bundle;
  readonly #session: NetworkSession;
  readonly #camera: CameraModel | undefined;
  readonly #create: (setup: StageSetup) => StageRunner;
  readonly #stages = new Map<string, StageRunner>();

  private constructor(
    bundle: Bundle,
    session: NetworkSession,
    camera: CameraModel | undefined,
    create: (setup: StageSetup) => StageRunner,
  ) {
    this.#bundle = bundle;
    this.#session = session;
    this.#camera = camera;
    this.#create = create;
  }

  /**
   * Loads the network and checks it on its golden input. `camera` is the camera of all pictures to come.
   * Rejects as openNetwork does.
   */
  static async open(
    bundle: Bundle,
    camera: CameraModel | undefined,
    { providers = ['cpu'], allowUncertified = false }: RunnerOptions = {},
  ): Promise<BundleRunner> {
    const create = await loadStageRunner(bundle.manifest.task);
    const { session } = await openNetwork(bundle, { providers, allowUncertified });
    return new BundleRunner(bundle, session, camera, create);
  }

  /** Resolves with the stage's answer for a picture; `input` is the answer of the stage that it reads (signs: detection). */
  async run(image: RgbImage, input?: StageResult): Promise<StageResult> {
    const { result } = await this.#stageFor(image).run(image.data, input);
    return result;
  }

  /**
   * One of the network's own outputs for the last picture, by its name in the manifest: float32, as the network wrote
   * it. It is the session's own array, overwritten by the next run.
   */
  output(name: string): Float32Array {
    return this.#session.outputs[name]!;
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  #stageFor({ widthPx, heightPx }: RgbImage): StageRunner {
    const size = `${widthPx}x${heightPx}`;
    const { decode } = this.#bundle.manifest;
    const stage =
      this.#stages.get(size) ??
      this.#create({
        bundle: this.#bundle,
        session: this.#session,
        frame: packedRgbLayout(widthPx, heightPx),
        camera: this.#camera,
        detectorClasses: readsCrops(decode) ? croppedClasses(decode) : [],
      });
    // A Map keeps the order of insertion: the current size moves to the end, the least recently used is removed.
    this.#stages.delete(size);
    this.#stages.set(size, stage);
    if (this.#stages.size > maxSizes) this.#stages.delete(this.#stages.keys().next().value!);
    return stage;
  }
}
