import type { Bundle } from '../../src/bundle/bundle.js';
import { itemLength } from './network-inputs.js';
import { ValueHistogram } from './value-histogram.js';
import { WatchedNetwork } from './watched-network.js';

/** Histograms of values, by the value's name in the network. */
export interface CountedValues {
  histograms: Map<string, ValueHistogram>;
  sampleCount: number;
}

/**
 * Runs a network on every input, each [1, ...], and counts the values of everything that it computes in float32,
 * including the input. Memory holds one item's values at a time, and the histograms.
 */
export async function countValues(
  bundle: Bundle,
  network: Uint8Array,
  inputs: AsyncIterable<Float32Array>,
): Promise<CountedValues> {
  const watched = new WatchedNetwork(bundle, network);
  const inputName = bundle.manifest.input.tensor.name;
  const histograms = new Map(
    [inputName, ...watched.names].map((name) => [name, new ValueHistogram()]),
  );
  let sampleCount = 0;
  try {
    for await (const item of inputs) {
      histograms.get(inputName)!.add(item);
      for (const [name, { type, data }] of Object.entries(watched.answer(item))) {
        if (type === 'float32') histograms.get(name)!.add(data as Float32Array);
      }
      sampleCount++;
    }
  } finally {
    watched.release();
  }
  return { histograms, sampleCount };
}

/** The number of dimensions of every value that a network computes, from one run on zeros. */
export function valueRanks(bundle: Bundle, network: Uint8Array): Map<string, number> {
  const watched = new WatchedNetwork(bundle, network);
  try {
    const answers = watched.answer(new Float32Array(itemLength(bundle)));
    return new Map(Object.entries(answers).map(([name, { dims }]) => [name, dims.length]));
  } finally {
    watched.release();
  }
}
