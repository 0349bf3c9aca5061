import { expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { BackwardNetwork } from '../../../tools/gradients/backward-network.js';
import { repoDir } from '../../support/command-line.js';

/** Numbers of -1 to 1, the same ones every time. */
function noise(length: number, seed: number): Float32Array {
  const random = mulberry32(seed);
  return Float32Array.from({ length }, () => random() * 2 - 1);
}

/**
 * Compares the gradient of sum(weights * output) with central differences along random directions. Returns the largest
 * difference as a share of what the slope is along that direction's steepest course. Of several steps the best counts: a
 * long one may cross a kink of the network, a short one drowns in float32's rounding.
 */
function worstDifference(
  bundle: Bundle,
  output: string,
  directions: number,
  steps: readonly number[],
): number {
  const network = BackwardNetwork.open(bundle, { from: [output] });
  try {
    const length = network.inputShape.reduce((all, size) => all * size, 1);
    const at = noise(length, 1);
    const outputLength = network.outputShapes.get(output)!.reduce((all, size) => all * size, 1);
    const weights = noise(outputLength, 2);
    const value = (input: Float32Array) =>
      network.forward(input)[output]!.reduce((sum, each, i) => sum + each * weights[i]!, 0);
    const { input: gradient } = network.backward(at, { [output]: weights });
    const steepest = Math.hypot(...gradient.subarray(0, 100_000)) || 1;
    let worst = 0;
    for (let round = 0; round < directions; round++) {
      // Half of the directions lean on the gradient: along pure noise a slope is nearly nothing.
      const random = noise(length, 10 + round);
      const direction = random.map((each, i) => each * 0.01 + gradient[i]! / steepest);
      const moved = (by: number) => value(at.map((each, i) => each + by * direction[i]!));
      const expected = direction.reduce((sum, each, i) => sum + each * gradient[i]!, 0);
      const differences = steps.map((step) => {
        const found = (moved(step) - moved(-step)) / (2 * step);
        return Math.abs(found - expected) / Math.abs(expected);
      });
      worst = Math.max(worst, Math.min(...differences));
    }
    return worst;
  } finally {
    network.release();
  }
}

test.each([
  ['steering', 'steering', 4],
  ['signs', 'logits', 4],
  ['segmentation', 'scores', 1],
  ['detection', 'logits', 1],
  ['detection', 'offsets', 1],
])(
  '%s: the gradient of %s is what finite differences say, within 1e-3',
  async (task, output, n) => {
    const bundle = await readBundleFolder(`${repoDir}models/${task}`);
    expect(worstDifference(bundle, output, n, [1e-3, 3e-4, 1e-4])).toBeLessThan(1e-3);
  },
);
