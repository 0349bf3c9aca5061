import { ignoredCell } from '../targets/label-cells.js';
import { softmaxCrossEntropyRow } from './softmax-cross-entropy.js';

/**
 * Softmax cross entropy over the cells of a map. Objects weigh `objectWeight` times as much as background; the sum
 * is divided by the sum of the weights and multiplied by `factor`. `scores` [batch, cells, 1 + classes] with its
 * gradient, which is overwritten; `labels` [batch, cells], 255 ignored. Returns the loss.
 */
export function cellLoss(
  scores: { values: Float32Array; gradient: Float32Array },
  labels: Uint8Array,
  objectWeight: number,
  factor: number,
): number {
  scores.gradient.fill(0);
  const depth = scores.values.length / labels.length;
  let total = 0;
  for (const label of labels) if (label !== ignoredCell) total += label === 0 ? 1 : objectWeight;
  const scale = total > 0 ? factor / total : 0;
  let loss = 0;
  for (let cell = 0; cell < labels.length; cell++) {
    const label = labels[cell]!;
    if (label === ignoredCell) continue;
    const weight = scale * (label === 0 ? 1 : objectWeight);
    const start = cell * depth;
    loss += softmaxCrossEntropyRow(scores.values, start, depth, label, weight, 0, scores.gradient);
  }
  return loss;
}
