import type { Bundle } from '../../src/bundle/bundle.js';
import { itemFeeds } from '../../src/inference/item-feeds.js';
import { NativeSession } from '../../src/inference/native-session.js';
import { floatsIn } from '../../src/inference/session-tensors.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { type IntegerOptions, insertIntegers } from './insert-integers.js';
import type { ValueRange } from './integer-range.js';
import { layersOf } from './layers.js';

export interface LayerNoise {
  layer: string;
  /** Power of the error that this layer alone causes, over the power of the answer; the worst of the outputs. */
  noiseToSignal: number;
}

type Outputs = Record<string, Float32Array>;

/**
 * Measures how much each layer's integers alone change the network's answers on these inputs, the worst layer first. The
 * network is a prepared one.
 */
export function measureLayerNoise(
  bundle: Bundle,
  network: Uint8Array,
  ranges: ReadonlyMap<string, ValueRange>,
  items: readonly Float32Array[],
  options: Omit<IntegerOptions, 'floatLayers'>,
): LayerNoise[] {
  const names = layersOf(NetworkGraph.read(network, bundle.where)).map(({ name }) => name);
  const exact = answersOf(bundle, network, items);
  return names
    .map((layer) => {
      const floatLayers = new Set(names.filter((name) => name !== layer));
      const rounded = insertIntegers(network, ranges, { ...options, floatLayers });
      return { layer, noiseToSignal: noiseToSignal(exact, answersOf(bundle, rounded, items)) };
    })
    .sort((a, b) => b.noiseToSignal - a.noiseToSignal);
}

/** A network's outputs for each item, of any type as float32. */
export function answersOf(
  bundle: Bundle,
  network: Uint8Array,
  items: readonly Float32Array[],
): Outputs[] {
  const { manifest, where } = bundle;
  const session = NativeSession.load(network, where);
  try {
    const names = manifest.outputs.map((output) => output.name);
    return items.map((data) => {
      const answer = session.answer(itemFeeds(bundle, data), names);
      return Object.fromEntries(names.map((key) => [key, floatsIn(answer[key]!)!]));
    });
  } finally {
    session.release();
  }
}

/**
 * Squared differences over squared values, summed over the items; the largest of several outputs. 0 is no difference. Where
 * one of the two found fewer values, the missing ones count as 0.
 */
export function noiseToSignal(exact: readonly Outputs[], found: readonly Outputs[]): number {
  const ratios = Object.keys(exact[0] ?? {}).map((name) => {
    let noise = 0;
    let signal = 0;
    exact.forEach((outputs, item) => {
      const values = outputs[name]!;
      const others = found[item]![name]!;
      for (let i = 0; i < Math.max(values.length, others.length); i++) {
        const value = values[i] ?? 0;
        noise += (value - (others[i] ?? 0)) ** 2;
        signal += value ** 2;
      }
    });
    return noise === 0 ? 0 : noise / signal;
  });
  return Math.max(0, ...ratios);
}
