import { createHash } from 'node:crypto';
import type { Bundle } from '../../src/bundle/bundle.js';
import { goldenInput } from '../../src/bundle/golden.js';
import type { Golden, Manifest, Quantisation } from '../../src/bundle/manifest.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';

/**
 * Makes a bundle like `original` for another network of the same shapes, with its hash, its golden outputs on the CPU for
 * the same golden input, and tolerances. Scores must be measured and added afterwards.
 * Rejects as createNetworkSession does.
 */
export async function bundleAround(
  original: Bundle,
  network: Uint8Array,
  tolerance: Manifest['tolerance'],
  quantisation: Quantisation,
): Promise<Bundle> {
  const sha256 = createHash('sha256').update(network).digest('hex');
  const manifest: Manifest = {
    ...original.manifest,
    network: { ...original.manifest.network, sha256 },
    scores: {},
    tolerance,
    quantisation,
  };
  const { golden } = await goldenAnswers({ ...original, manifest, network });
  return { manifest, golden, network, where: `${original.where} (${quantisation.precision})` };
}

/** A network's answers to its golden input, and their largest difference from the golden file. */
export async function goldenAnswers(
  bundle: Bundle,
): Promise<{ golden: Golden; largestDifference: number }> {
  const session = await createNetworkSession(bundle, { providers: ['cpu'] });
  try {
    session.input.set(goldenInput(bundle.golden));
    await session.run(bundle.golden.input.shape[0]);
    let largestDifference = 0;
    const outputs: Golden['outputs'] = {};
    for (const [name, expected] of Object.entries(bundle.golden.outputs)) {
      const values = expected.indices.map((index) =>
        Number(session.outputs[name]![index]!.toPrecision(7)),
      );
      values.forEach((value, i) => {
        largestDifference = Math.max(largestDifference, Math.abs(value - expected.values[i]!));
      });
      outputs[name] = { ...expected, values };
    }
    return { golden: { input: bundle.golden.input, outputs }, largestDifference };
  } finally {
    await session.dispose();
  }
}
