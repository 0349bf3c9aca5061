import type { Bundle } from '../../../src/bundle/bundle.js';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';

/**
 * The same network with each layer's weights shuffled: what it learnt is gone, the magnitudes stay (Adebayo et al.
 * 2018, "Sanity checks for saliency maps"). An explanation that does not change explains nothing.
 */
export function withRandomWeights(bundle: Bundle, seed: number): Bundle {
  const graph = NetworkGraph.read(bundle.network, bundle.where);
  const random = mulberry32(seed);
  for (const [name, tensor] of graph.constants) {
    const values = graph.floats(name)?.values;
    if (values === undefined || values.length < 2) continue;
    for (let i = values.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [values[i], values[j]] = [values[j]!, values[i]!];
    }
    tensor.rawData = new Uint8Array(values.buffer);
  }
  return { ...bundle, network: graph.toBytes() };
}
