import type { Bundle } from '../../../src/bundle/bundle.js';
import { itemFeeds } from '../../../src/inference/item-feeds.js';
import { NativeSession } from '../../../src/inference/native-session.js';
import { floatsIn } from '../../../src/inference/session-tensors.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import type { Layer } from '../../gradients/layers.js';

/** One layer's output for an input: `channels` maps of `rows` by `columns`, one after the other. */
export interface LayerMaps {
  channels: number;
  rows: number;
  columns: number;
  values: Float32Array;
}

/** A network with access to the outputs of some of its layers. */
export class WatchedLayers {
  readonly layers: readonly Layer[];
  readonly #bundle: Bundle;
  readonly #session: NativeSession;

  private constructor(bundle: Bundle, layers: readonly Layer[], session: NativeSession) {
    this.#bundle = bundle;
    this.layers = layers;
    this.#session = session;
  }

  /** Throws ERR_BUNDLE or ERR_INFERENCE if the network cannot be loaded. */
  static open(bundle: Bundle, layers: readonly Layer[]): WatchedLayers {
    const graph = NetworkGraph.read(bundle.network, bundle.where);
    graph.expose(layers.map(({ value }) => value));
    return new WatchedLayers(bundle, layers, NativeSession.load(graph.toBytes(), bundle.where));
  }

  /** Each layer's output for one input item, in the order of `layers`. New arrays. */
  maps(input: Float32Array): LayerMaps[] {
    const answers = this.#session.answer(
      itemFeeds(this.#bundle, input),
      this.layers.map(({ value }) => value),
    );
    return this.layers.map(({ value }) => {
      const { dims } = answers[value]!;
      const data = floatsIn(answers[value]!)!;
      const [, channels = 1, rows = 1, columns = 1] = dims;
      return { channels, rows, columns, values: data };
    });
  }

  release(): void {
    this.#session.release();
  }
}

/** One channel's map. */
export function mapOf({ rows, columns, values }: LayerMaps, channel: number): Float32Array {
  return values.subarray(channel * rows * columns, (channel + 1) * rows * columns);
}
