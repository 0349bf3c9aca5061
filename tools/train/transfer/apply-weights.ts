import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { LayerGraph } from '../../layers-to-onnx/layer-graph.js';
import { layerOf, stableName } from '../weight-layout.js';
import type { NamedWeights } from './named-weights.js';

/** Which layers of a network took weights and which keep their initial ones. */
export interface Transfer {
  taken: string[];
  /** Layers left unchanged, with the reason. */
  left: { layer: string; reason: string }[];
}

/**
 * Copies weights into a network wherever layer and shape match; a layer takes all of its weights or none. Layers that
 * differ, usually the head for other classes, keep their initial weights. Throws ERR_TRAINING if no layer
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
