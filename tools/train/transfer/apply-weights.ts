import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { LayerGraph } from '../../layers-to-onnx/layer-graph.js';
import { layerOf, stableName } from '../weight-layout.js';
import type { NamedWeights } from './named-weights.js';

/** What a network took, layer by layer, and what it keeps its fresh weights in. */
export interface Transfer {
  taken: string[];
  /** Layers left as they were, with the reason. */
  left: { layer: string; reason: string }[];
}

/**
 * Gives a network the weights whose layer and shape it shares with another; a layer takes all of its weights or
 * none. What differs, the head for other classes as a rule, keeps its fresh weights. Throws ERR_TRAINING when no layer
 * fits.
 */
export function applyWeights(target: LayerGraph, source: NamedWeights): Transfer {
  const transfer: Transfer = { taken: [], left: [] };
  for (const { name: layer, weights } of target.nodes) {
    if (weights.length === 0) continue;
    const reason = weights
      .map(({ name, shape }) => mismatch(name, shape, source))
      .find((found) => found !== undefined);
    if (reason) {
      transfer.left.push({ layer, reason });
      continue;
    }
    for (const weight of weights) {
      weight.write(source.tensors.get(stableName(weight.name))!.values);
    }
    transfer.taken.push(layer);
  }
  if (transfer.taken.length > 0) return transfer;
  const names = [...new Set([...source.tensors.keys()].map(layerOf))].slice(0, 5).join(', ');
  throw new PerceptionError(
    'ERR_TRAINING',
    `${source.where}: expected a layer that fits this network, found none (${names || 'no float weights'} …)`,
  );
}

function mismatch(name: string, shape: number[], { tensors }: NamedWeights): string | undefined {
  const found = tensors.get(stableName(name));
  if (!found) return 'not there';
  if (found.shape.join() === shape.join()) return undefined;
  return `${found.shape.join('x')} there, ${shape.join('x')} here`;
}
