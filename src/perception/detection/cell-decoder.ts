import type { CellOutputSpec } from '../../bundle/detection-spec.js';
import { logistic } from './activations.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** Exponents of FastestDet's score: together they make it a weighted geometric mean. */
const objectnessExponent = 0.6;
const classExponent = 0.4;

/** One box per cell: see cellOutputSchema (FastestDet). */
export const createCellDecoder: CreateDecoder<CellOutputSpec> = (spec, setting) => {
  const { output, scoreThreshold } = spec;
  const [, , rowSize, columnSize] = setting.shapes[output]!;
  const rows = Number(rowSize);
  const columns = Number(columnSize);
  const count = rows * columns;
  const classCount = spec.networkClasses.length;
  // The least objectness that can reach the threshold, with a class score of 1; slightly lowered against rounding.
  const leastObjectness = scoreThreshold ** (1 / objectnessExponent) * (1 - 1e-6);
  const candidates = new Candidates(spec);
  let values = new Float32Array();

  const boxOf = (index: number, box: Float32Array): void => {
    const row = Math.floor(index / columns);
    const column = index - row * columns;
    const centreX = (column + Math.tanh(values[count + index]!)) / columns;
    const centreY = (row + Math.tanh(values[2 * count + index]!)) / rows;
    const halfWidth = logistic(values[3 * count + index]!) / 2;
    const halfHeight = logistic(values[4 * count + index]!) / 2;
    box[0] = centreX - halfWidth;
    box[1] = centreY - halfHeight;
    box[2] = centreX + halfWidth;
    box[3] = centreY + halfHeight;
  };

  return {
    decode(outputs, out) {
      values = outputs[output]! as Float32Array<ArrayBuffer>;
      candidates.clear();
      for (let index = 0; index < count; index++) {
        const objectness = values[index]!;
        if (!(objectness >= leastObjectness)) continue;
        let best = 0;
        let top = -Infinity;
        for (let classId = 0; classId < classCount; classId++) {
          const value = values[(5 + classId) * count + index]!;
          if (value > top) {
            top = value;
            best = classId;
          }
        }
        const score = objectness ** objectnessExponent * top ** classExponent;
        if (score >= scoreThreshold) candidates.add(index, best, score);
      }
      candidates.choose(boxOf, out);
    },
  };
};
