import type { Bundle } from '../../src/bundle/bundle.js';
import { croppedClasses } from '../../src/bundle/crop-spec.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { Manifest } from '../../src/bundle/manifest.js';
import type { OutputSpec } from '../../src/bundle/output-spec.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import type { NetworkSession } from '../../src/inference/network-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { loadStageRunner } from '../../src/stages/create-stage-runner.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { StageRunner } from '../../src/stages/stage-runner.js';
import type { RgbImage } from '../datasets/sample.js';

type CreateStage = Awaited<ReturnType<typeof loadStageRunner>>;

/** One session of a network for many feedings and decodings, through the rig's own stages. */
export class TrialNetwork {
  readonly #bundle: Bundle;
  readonly #session: NetworkSession;
  readonly #create: CreateStage;
  readonly #stages = new Map<string, StageRunner>();

  private constructor(bundle: Bundle, session: NetworkSession, create: CreateStage) {
    this.#create = create;
    this.#bundle = bundle;
    this.#session = session;
  }

  /** Rejects as createNetworkSession does. */
  static async open(bundle: Bundle): Promise<TrialNetwork> {
    const create = await loadStageRunner(bundle.manifest.task);
    const session = await createNetworkSession(bundle, { providers: ['cpu'] });
    return new TrialNetwork(bundle, session, create);
  }

  /** The answer for one picture, fed by `spec` and decoded by `decode`; `read` is the answer of the stage that it reads. */
  async run(
    image: RgbImage,
    spec: InputSpec,
    decode: OutputSpec,
    read?: StageResult,
  ): Promise<StageResult> {
    const { widthPx, heightPx } = image;
    const key = JSON.stringify([widthPx, heightPx, spec, decode]);
    let stage = this.#stages.get(key);
    if (stage === undefined) {
      // Tables are large, and each feeding finishes its pictures before the next begins.
      if (this.#stages.size >= 16) this.#stages.clear();
      const { manifest } = this.#bundle;
      const tried: Manifest = { ...manifest, input: { ...manifest.input, spec }, decode };
      stage = this.#create({
        bundle: { ...this.#bundle, manifest: tried },
        session: this.#session,
        frame: packedRgbLayout(widthPx, heightPx),
        camera: undefined,
        detectorClasses: readsCrops(decode) ? croppedClasses(decode) : [],
      });
      this.#stages.set(key, stage);
    }
    const { result } = await stage.run(image.data, read);
    return result;
  }

  /** One of the network's own outputs for the last picture: float32, overwritten by the next run. */
  output(name: string): Float32Array {
    return this.#session.outputs[name]!;
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }
}
