import type { QueriesOutputSpec } from '../../bundle/detection-spec.js';
import { largestOf, logistic } from './activations.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** A transformer's queries: see queriesOutputSchema (Carion et al. 2020, DETR; RT-DETR, D-FINE). */
export const createQueriesDecoder: CreateDecoder<QueriesOutputSpec> = (spec) => {
  const { logits, boxes, activation, scoreThreshold } = spec;
  const classCount = spec.networkClasses.length;
  const isSoftmax = activation === 'softmax';
  const width = classCount + (isSoftmax ? 1 : 0);
  const candidates = new Candidates(spec);
  let values = new Float32Array();

  const boxOf = (index: number, box: Float32Array): void => {
    const at = index * 4;
    const halfWidth = values[at + 2]! / 2;
    const halfHeight = values[at + 3]! / 2;
    box[0] = values[at]! - halfWidth;
    box[1] = values[at + 1]! - halfHeight;
    box[2] = values[at]! + halfWidth;
    box[3] = values[at + 1]! + halfHeight;
  };

  return {
    decode(outputs, out) {
      values = outputs[boxes]! as Float32Array<ArrayBuffer>;
      const rows = outputs[logits]!;
      candidates.clear();
      for (let query = 0, at = 0; at < rows.length; query++, at += width) {
        const best = largestOf(rows, at, classCount);
        const value = rows[at + best]!;
        const score = isSoftmax ? softmaxOf(rows, at, width, value) : logistic(value);
        if (score >= scoreThreshold) candidates.add(query, best, score);
      }
      candidates.choose(boxOf, out);
    },
  };
};

function softmaxOf(logits: Float32Array, start: number, count: number, value: number): number {
  let sum = 0;
  for (let at = start; at < start + count; at++) sum += Math.exp(logits[at]! - value);
  return 1 / sum;
}
