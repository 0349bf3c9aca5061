import type { Bundle } from '../../src/bundle/bundle.js';
import { croppedClasses } from '../../src/bundle/crop-spec.js';
import { mulberry32 } from '../../src/bundle/golden.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { itemFeeds } from '../../src/inference/item-feeds.js';
import { NativeSession } from '../../src/inference/native-session.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { loadStageRunner } from '../../src/stages/create-stage-runner.js';
import type { StageRunner } from '../../src/stages/stage-runner.js';
import type { RgbImage } from '../datasets/sample.js';
import { idleSession, itemLength } from '../quantize/network-inputs.js';
import { WatchedNetwork } from '../quantize/watched-network.js';
import type { PictureCoder } from './picture-coder.js';

/** Numbers in a code. */
export const codeDims = 64;
/** The picture is averaged in this many cells per side: position counts, but not to the pixel. */
const cells = 2;
const seed = 20;

/**
 * Codes frames by what a network computes on its way, at its most abstract (the last value with the most channels):
 * averaged in four quarters of the picture, square-rooted (so that a few strong channels do not decide alone), scaled
 * to length 1, and projected to 64 numbers by a random matrix (Johnson and Lindenstrauss 1984), the same for every
 * fleet. Frames that look alike to the network are close in Euclidean distance.
 */
export class FrameCoder implements PictureCoder {
  readonly dims = codeDims;
  readonly #bundle: Bundle;
  readonly #session: NativeSession;
  readonly #name: string;
  readonly #projection: Float32Array;
  readonly #features: number;
  #stage: { runner: StageRunner; session: ReturnType<typeof idleSession>; key: string } | undefined;

  private constructor(bundle: Bundle, name: string, channels: number) {
    this.#bundle = bundle;
    this.#name = name;
    const graph = NetworkGraph.read(bundle.network, bundle.where);
    graph.expose([name]);
    this.#session = NativeSession.load(graph.toBytes(), bundle.where);
    this.#features = channels * cells * cells;
    this.#projection = randomMatrix(codeDims * this.#features);
  }

  /** Throws ERR_BUNDLE if the network has no convolutions to look into, or is an integer network. */
  static open(bundle: Bundle): FrameCoder {
    const watched = new WatchedNetwork(bundle, bundle.network);
    try {
      const empty = new Float32Array(itemLength(bundle));
      const outputs = new Set(bundle.manifest.outputs.map(({ name }) => name));
      let best: { name: string; channels: number } | undefined;
      for (const [name, { dims, data }] of Object.entries(watched.answer(empty))) {
        const [, channels = 0, rows = 0, columns = 0] = dims;
        if (dims.length !== 4 || rows < cells || columns < cells) continue;
        if (!(data instanceof Float32Array) || outputs.has(name)) continue;
        if (channels >= (best?.channels ?? 0)) best = { name, channels };
      }
      if (best === undefined)
        throw new PerceptionError(
          'ERR_BUNDLE',
          `${bundle.where}: expected convolutions of floats, found none`,
        );
      return new FrameCoder(bundle, best.name, best.channels);
    } finally {
      watched.release();
    }
  }

  /** The code of a picture without lens correction: `codeDims` numbers, a new array. */
  async code(picture: RgbImage): Promise<Float32Array> {
    const item = await this.#inputOf(picture);
    const feeds = itemFeeds(this.#bundle, item);
    const { dims, data } = this.#session.answer(feeds, [this.#name])[this.#name]!;
    const [, channels, rows, columns] = dims as [number, number, number, number];
    return this.#projected(cellMeans(data as Float32Array, channels, rows, columns));
  }

  release(): void {
    this.#session.release();
  }

  async #inputOf(picture: RgbImage): Promise<Float32Array> {
    const key = `${picture.widthPx}x${picture.heightPx}`;
    if (this.#stage?.key !== key) {
      const session = idleSession(this.#bundle);
      const create = await loadStageRunner(this.#bundle.manifest.task);
      const { decode } = this.#bundle.manifest;
      const runner = create({
        bundle: this.#bundle,
        session,
        frame: packedRgbLayout(picture.widthPx, picture.heightPx),
        camera: undefined,
        detectorClasses: readsCrops(decode) ? croppedClasses(decode) : [],
      });
      this.#stage = { runner, session, key };
    }
    const { runner, session } = this.#stage;
    await runner.run(picture.data);
    return session.input.subarray(0, itemLength(this.#bundle));
  }

  #projected(features: Float32Array): Float32Array {
    const code = new Float32Array(codeDims);
    let length = 0;
    for (const [i, value] of features.entries()) {
      features[i] = Math.sqrt(Math.max(0, value));
      length += Math.max(0, value);
    }
    const scale = 1 / Math.max(1e-9, Math.sqrt(length));
    for (let d = 0; d < codeDims; d++) {
      let sum = 0;
      for (let i = 0; i < this.#features; i++)
        sum += this.#projection[d * this.#features + i]! * features[i]!;
      code[d] = sum * scale;
    }
    return code;
  }
}

/** Mean of each channel over each cell, cells in row order first. */
function cellMeans(
  data: Float32Array,
  channels: number,
  rows: number,
  columns: number,
): Float32Array {
  const means = new Float32Array(channels * cells * cells);
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const cell =
          Math.floor((row * cells) / rows) * cells + Math.floor((column * cells) / columns);
        means[channel * cells * cells + cell]! += data[(channel * rows + row) * columns + column]!;
      }
  const places = (rows * columns) / (cells * cells);
  return means.map((sum) => sum / places);
}

/** Normally distributed numbers, scaled so that lengths are preserved on average (Box and Muller 1958). */
function randomMatrix(length: number): Float32Array {
  const random = mulberry32(seed);
  const scale = 1 / Math.sqrt(codeDims);
  return Float32Array.from({ length }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random()) * scale;
  });
}
