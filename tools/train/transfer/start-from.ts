import { readLayerGraph } from '../../layers-to-onnx/layer-graph.js';
import type { tf } from '../../layers-to-onnx/tf.js';
import { applyWeights, type Transfer } from './apply-weights.js';
import { measureNormalization } from './measure-normalization.js';
import { readWeights } from './read-weights.js';

/** Rows of a batch on which a folded network's statistics are measured: enough, at little memory. */
const mostRows = 16;

/**
 * Gives a new network the weights at `path` wherever layer and shape agree. `firstBatch` provides training
 * input for the statistics that must be measured. Throws ERR_TRAINING if there are no weights to start from.
 */
export async function startFrom(
  model: tf.LayersModel,
  path: string,
  firstBatch: () => Promise<{ input: Float32Array; rows: number }>,
): Promise<Transfer> {
  const target = readLayerGraph(model);
  const source = readWeights(path, target);
  const transfer = applyWeights(target, source);
  const taken = new Set(transfer.taken);
  const folded = new Set(source.folded.filter((layer) => taken.has(layer)));
  if (folded.size > 0) {
    const { input, rows } = await firstBatch();
    measureNormalization(model, folded, input, Math.min(rows, mostRows));
  }
  return transfer;
}
