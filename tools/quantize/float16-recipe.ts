import type { Bundle } from '../../src/bundle/bundle.js';
import type { Dataset } from '../datasets/sample.js';
import { toFloat16 } from './float16-network.js';
import { keepingFirst, noSamples } from './int8-recipe.js';
import { networkInputs } from './network-inputs.js';
import { goldenAnswers } from './quantized-bundle.js';
import { keptItems, leastTolerance, type QuantisationRecipe, stepsOfTolerance } from './recipe.js';

/** Half the bits for every layer: there is no calibration, and no layer stays in float32. */
export async function float16Recipe(bundle: Bundle, dataset: Dataset): Promise<QuantisationRecipe> {
  const items: Float32Array[] = [];
  const samples = dataset.samples.slice(0, keptItems) as Dataset['samples'];
  for await (const _ of keepingFirst(networkInputs(bundle, { ...dataset, samples }), items));
  if (items.length === 0) throw noSamples(dataset);
  return {
    precision: 'float16',
    items,
    worstFirst: () => [],
    build: async () => {
      const network = toFloat16(bundle.network, bundle.where);
      // Providers round at different points, which differs by about as much as rounding did here.
      const { largestDifference } = await goldenAnswers({ ...bundle, network });
      const largest = Math.max(leastTolerance, stepsOfTolerance * largestDifference);
      const tolerance = { cpu: largest, cuda: largest, tensorrt: largest, webgpu: largest };
      return { network, tolerance };
    },
  };
}
