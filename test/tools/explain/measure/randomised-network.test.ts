import { expect, test } from 'vitest';
import { readBundleFolder } from '../../../../src/inference/read-bundle-folder.js';
import { NetworkGraph } from '../../../../src/onnx/network-graph.js';
import { withRandomWeights } from '../../../../tools/explain/measure/randomised-network.js';
import { repoDir } from '../../../support/command-line.js';

test('the same numbers in another order, the same every time, and the bundle stays as it was', async () => {
  const bundle = await readBundleFolder(`${repoDir}models/steering`);
  const weights = ({ network }: { network: Uint8Array }) =>
    NetworkGraph.read(network, 'here').floats('conv2.kernel')!.values;
  const before = weights(bundle);
  const [first, second] = [withRandomWeights(bundle, 3), withRandomWeights(bundle, 3)];
  expect(weights(first)).not.toEqual(before);
  expect(weights(first)).toEqual(weights(second));
  expect(weights(first).sort()).toEqual(Float32Array.from(before).sort());
  expect(weights(bundle)).toEqual(before);
});
