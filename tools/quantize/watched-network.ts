import type { Bundle } from '../../src/bundle/bundle.js';
import { itemFeeds } from '../../src/inference/item-feeds.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';

/** A float network that also outputs its intermediate values. */
export class WatchedNetwork {
  /** Names of the values in its answers. */
  readonly names: readonly string[];
  readonly #session: NativeSession;
  readonly #bundle: Bundle;

  /** Loads `network`, the bundle's own or another with the same input. Throws ERR_BUNDLE or ERR_INFERENCE if that fails. */
  constructor(bundle: Bundle, network: Uint8Array) {
    const { where } = bundle;
    const graph = NetworkGraph.read(network, where);
    const consumers = graph.consumers();
    const isInner = (name: string): boolean => {
      const readers = consumers.get(name) ?? [];
      return readers.length === 1 && readers[0]!.opType === 'Relu';
    };
    // A value that only a Relu reads is not an output, so that ONNX Runtime can fuse the two.
    const computed = graph.nodes
      .flatMap((node) => node.output)
      // An output that a node leaves out has no name.
      .filter((name) => name !== '' && !isInner(name));
    this.names = [...new Set([...computed, ...graph.outputs])];
    graph.expose(this.names);
    this.#session = NativeSession.load(graph.toBytes(), where);
    this.#bundle = bundle;
  }

  /** All values computed for one item, in new buffers. */
  answer(item: Float32Array): Record<string, NativeTensor> {
    return this.#session.answer(itemFeeds(this.#bundle, item), this.names);
  }

  release(): void {
    this.#session.release();
  }
}
