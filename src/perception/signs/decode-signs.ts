import type { CropOutputSpec } from '../../bundle/crop-spec.js';
import type { SignReading } from '../results.js';

/** The sign network's answer for one batch. */
export interface SignBatch {
  /** One reading per crop, in the batch's order. */
  readings: SignReading[];
  /** float32 [batch, classes]: probabilities, for fusing over a track. */
  probabilities: Float32Array;
}

/**
 * probability = softmax(logits / temperature) (Guo et al. 2017, temperature scaling); a crop whose best class is below
 * `abstainBelow` gets class id -1 and keeps its probability. `logits` is float32 [>= batch, classes];
 * `detectionIndices` gives the detection that each crop came from, so its length is the batch.
 */
export function decodeSigns(
  logits: Float32Array,
  detectionIndices: readonly number[],
  spec: CropOutputSpec,
): SignBatch {
  const classCount = spec.classes.length;
  const probabilities = new Float32Array(detectionIndices.length * classCount);
  const readings = detectionIndices.map((detectionIndex, row): SignReading => {
    const start = row * classCount;
    const best = probabilitiesInto(logits, probabilities, start, spec);
    const probability = probabilities[start + best]!;
    const isSure = probability >= spec.abstainBelow;
    return { classId: isSure ? best : -1, probability, detectionIndex };
  });
  return { readings, probabilities };
}

/** Writes one row's probabilities and returns the best class, the lowest among equals. */
function probabilitiesInto(
  values: Float32Array,
  out: Float32Array,
  start: number,
  { classes, temperature, values: kind, answers }: CropOutputSpec,
): number {
  const count = classes.length;
  if (kind !== 'probabilities' && answers !== 'labels')
    return softmaxInto(values, out, start, count, temperature);
  let best = 0;
  for (let c = 0; c < count; c++) {
    const value = values[start + c]!;
    out[start + c] = kind === 'probabilities' ? value : 1 / (1 + Math.exp(-value / temperature));
    if (out[start + c]! > out[start + best]!) best = c;
  }
  return best;
}

/** Writes softmax(logits / temperature) of one row and returns the best class, the lowest among equals. */
function softmaxInto(
  logits: Float32Array,
  out: Float32Array,
  start: number,
  count: number,
  temperature: number,
): number {
  let best = 0;
  for (let c = 1; c < count; c++) if (logits[start + c]! > logits[start + best]!) best = c;
  const top = logits[start + best]!;
  let sum = 0;
  for (let c = 0; c < count; c++) {
    const value = Math.exp((logits[start + c]! - top) / temperature);
    out[start + c] = value;
    sum += value;
  }
  for (let c = 0; c < count; c++) out[start + c]! /= sum;
  return best;
}
