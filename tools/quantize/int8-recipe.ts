import type { Bundle } from '../../src/bundle/bundle.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { datasetError } from '../datasets/dataset-files.js';
import type { Dataset } from '../datasets/sample.js';
import { type CountedValues, countValues, valueRanks } from './calibrate.js';
import { type CalibrationMethod, clippedRange } from './clipping.js';
import { insertIntegers } from './insert-integers.js';
import type { ActivationType, ValueRange } from './integer-range.js';
import { measureLayerNoise } from './layer-noise.js';
import { layersOf } from './layers.js';
import { networkInputs } from './network-inputs.js';
import { prepareNetwork } from './prepare-network.js';
import type { WeightBits } from './quantized-weights.js';
import { keptItems, leastTolerance, type QuantisationRecipe, stepsOfTolerance } from './recipe.js';

export interface Int8Options {
  method: CalibrationMethod;
  /** Per cent of the values that the method `percentile` keeps. */
  percentile: number;
  activations: ActivationType;
  weightBits: WeightBits;
}

/**
 * Finds the range of every value that a network computes by running it on all these samples.
 * Rejects with ERR_DATASET if none of them loads, and ERR_EXPORT if the network has no layer with weights in float32.
 */
export async function int8Recipe(
  bundle: Bundle,
  dataset: Dataset,
  options: Int8Options,
): Promise<QuantisationRecipe> {
  const { method, percentile, activations } = options;
  const { manifest, where } = bundle;
  const prepared = prepareNetwork(bundle.network, where, valueRanks(bundle, bundle.network));
  requireLayers(prepared, where);
  const items: Float32Array[] = [];
  const inputs = keepingFirst(networkInputs(bundle, dataset), items);
  const { histograms, sampleCount } = await countValues(bundle, prepared, inputs);
  if (sampleCount === 0) throw noSamples(dataset);
  const ranges = rangesOf(histograms, method, percentile);
  ranges.set(manifest.input.tensor.name, rangeOfInput(manifest.input.spec));
  const widths = manifest.outputs.map(({ name }) => {
    const { low, high } = ranges.get(name)!;
    return high - low;
  });
  const cpu = Math.max(leastTolerance, (stepsOfTolerance * Math.max(...widths)) / 255);
  // TensorRT supports only integers around zero, and the CPU's fast kernels are for the others.
  const tolerance = activations === 'int8' ? { cpu, tensorrt: cpu } : { cpu };
  return {
    precision: 'int8',
    weights: options.weightBits === 7 ? { bits: 7, pairSumBits: 16 } : { bits: 8, pairSumBits: 32 },
    calibration: {
      method: method === 'percentile' ? `percentile ${percentile}` : method,
      data: dataset.name,
      samples: sampleCount,
      activations,
    },
    items,
    worstFirst: () =>
      measureLayerNoise(bundle, prepared, ranges, items, options).map(({ layer }) => layer),
    build: async (floatLayers) => {
      const kept = { ...options, floatLayers: new Set(floatLayers) };
      return { network: insertIntegers(prepared, ranges, kept), tolerance };
    },
  };
}

/** Without layers the result would be the same network under another name. */
function requireLayers(prepared: Uint8Array, where: string): void {
  if (layersOf(NetworkGraph.read(prepared, where)).length > 0) return;
  throw new PerceptionError(
    'ERR_EXPORT',
    `${where}: expected layers with weights in float32 to make integers of, found none: are they of 8 or 16 bits already?`,
  );
}

/** An ERR_DATASET error with the first reason. */
export function noSamples({ name, problems }: Dataset) {
  const [first] = problems;
  const reason = first ? `; the first problem: ${first.where}: ${first.reason}` : '';
  return datasetError(`expected samples of ${name} that load, found none${reason}`);
}

/** Passes inputs through, and keeps copies of the first ones. */
export async function* keepingFirst(
  inputs: AsyncIterable<Float32Array>,
  kept: Float32Array[],
): AsyncGenerator<Float32Array, void, void> {
  for await (const item of inputs) {
    if (kept.length < keptItems) kept.push(item.slice());
    yield item;
  }
}

function rangesOf(
  histograms: CountedValues['histograms'],
  method: CalibrationMethod,
  percentile: number,
): Map<string, ValueRange> {
  return new Map(
    [...histograms].map(([name, histogram]) => [name, clippedRange(histogram, method, percentile)]),
  );
}

/** Range of the input for grey levels 0 to 255: known without measuring, and one step is one grey level. */
function rangeOfInput({ mean, scale }: InputSpec): ValueRange {
  const ends = mean.flatMap((grey, channel) => [
    (0 - grey) * scale[channel]!,
    (255 - grey) * scale[channel]!,
  ]);
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
