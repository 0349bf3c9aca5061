import type { Bundle } from '../../src/bundle/bundle.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import { certify, type NetworkSession } from '../../src/inference/network-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import { createStageRunner, type StageRunner } from '../../src/stages/stage-runner.js';
import type { RgbImage } from '../datasets/sample.js';

export interface RunnerOptions {
  /** Execution providers in the order they are tried; the CPU when left out. */
  providers?: readonly string[];
  /** Goes on where the golden outputs are not reproduced. */
  allowUncertified?: boolean;
}

/** Tables are kept for this many picture sizes, those used last. */
const maxSizes = 32;

/**
 * Runs a bundle on single pictures through the very stages that the rig's lanes run: the same remap tables, the
 * same session, the same decoding. Pictures may have any size; the tables of each size are built once.
 */
export class BundleRunner {
  readonly #bundle: Bundle;
  readonly #session: NetworkSession;
  readonly #camera: CameraModel | undefined;
  readonly #stages = new Map<string, StageRunner>();

  private constructor(bundle: Bundle, session: NetworkSession, camera: CameraModel | undefined) {
    this.#bundle = bundle;
    this.#session = session;
    this.#camera = camera;
  }

  /**
   * Loads the network and proves it on its golden input. `camera` took every picture that will come.
   * Rejects as createNetworkSession and certify do.
   */
  static async open(
    bundle: Bundle,
    camera: CameraModel | undefined,
    { providers = ['cpu'], allowUncertified = false }: RunnerOptions = {},
  ): Promise<BundleRunner> {
    const session = await createNetworkSession(bundle, { providers });
    try {
      await certify(session, bundle, { allowUncertified });
      return new BundleRunner(bundle, session, camera);
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /** What the stage answers for one picture; `input` is the answer of the stage that it reads (signs: detection). */
  async run(image: RgbImage, input?: StageResult): Promise<StageResult> {
    const { result } = await this.#stageFor(image).run(image.data, input);
    return result;
  }

  /**
   * One of the network's own outputs for the last picture, by its name in the manifest: float32, as the network left
   * it. The session's own array, overwritten by the next run.
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
      createStageRunner({
        bundle: this.#bundle,
        session: this.#session,
        frame: packedRgbLayout(widthPx, heightPx),
        camera: this.#camera,
        detectorClasses: decode.kind === 'signs' ? [decode.cropFrom] : [],
      });
    // A Map keeps the order of insertion: the size used now goes to the end, the one used longest ago leaves.
    this.#stages.delete(size);
    this.#stages.set(size, stage);
    if (this.#stages.size > maxSizes) this.#stages.delete(this.#stages.keys().next().value!);
    return stage;
  }
}
