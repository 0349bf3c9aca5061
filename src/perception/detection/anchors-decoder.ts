import { gridSize } from '../../bundle/detection-shapes.js';
import type { AnchorsOutputSpec } from '../../bundle/detection-spec.js';
import { leastLogit, scoreOf } from './activations.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** Largest |log| of a size in anchors: a larger one would overflow, not describe a box. */
const maxLogSize = 12;

/** One anchor of one level: where its values are, and what they are relative to. */
interface Plane {
  output: string;
  anchor: number;
  columns: number;
  cells: number;
  stridePx: number;
  widthPx: number;
  heightPx: number;
  /** Index of its first box among all boxes. */
  first: number;
}

/** Boxes relative to anchors, level by level: see anchorsOutputSchema (Redmon and Farhadi 2018, YOLOv3; YOLOv5, YOLOv7). */
export const createAnchorsDecoder: CreateDecoder<AnchorsOutputSpec> = (spec, setting) => {
  const { levels, order, boxes, scores, scoreThreshold } = spec;
  const classCount = spec.networkClasses.length;
  const width = 5 + classCount;
  const isLogit = scores === 'logit';
  // A score is never larger than its objectness: most boxes are rejected after one comparison.
  const leastObjectness = isLogit ? leastLogit(scoreThreshold) : scoreThreshold;
  const planes: Plane[] = [];
  let first = 0;
  for (const { output, stridePx, anchorsPx } of levels) {
    const { columns, rows } = gridSize(setting, stridePx);
    const cells = columns * rows;
    for (const [anchor, [widthPx, heightPx]] of anchorsPx.entries()) {
      planes.push({ output, anchor, columns, cells, stridePx, widthPx, heightPx, first });
      first += cells;
    }
  }
  const candidates = new Candidates(spec);
  let found: Readonly<Record<string, Float32Array>> = {};

  /** Index of a box's first value; the next ones follow in steps of `stepOf`. */
  const startOf = ({ anchor, cells }: Plane, cell: number): number =>
    order === 'values-last' ? (anchor * cells + cell) * width : anchor * width * cells + cell;
  const stepOf = ({ cells }: Plane): number => (order === 'values-last' ? 1 : cells);

  const boxOf = (index: number, box: Float32Array): void => {
    const plane = planes.findLast((one) => one.first <= index)!;
    const { columns, stridePx, widthPx, heightPx } = plane;
    const values = found[plane.output]!;
    const cell = index - plane.first;
    const row = Math.floor(cell / columns);
    const at = startOf(plane, cell);
    const step = stepOf(plane);
    const x = scoreOf(values[at]!, isLogit);
    const y = scoreOf(values[at + step]!, isLogit);
    const w = values[at + 2 * step]!;
    const h = values[at + 3 * step]!;
    const isSquare = boxes === 'square';
    const centreX = ((isSquare ? 2 * x - 0.5 : x) + (cell - row * columns)) * stridePx;
    const centreY = ((isSquare ? 2 * y - 0.5 : y) + row) * stridePx;
    const boxWidth = sizeOf(w, isSquare, isLogit) * widthPx;
    const boxHeight = sizeOf(h, isSquare, isLogit) * heightPx;
    box[0] = (centreX - boxWidth / 2) / setting.widthPx;
    box[1] = (centreY - boxHeight / 2) / setting.heightPx;
    box[2] = (centreX + boxWidth / 2) / setting.widthPx;
    box[3] = (centreY + boxHeight / 2) / setting.heightPx;
  };

  return {
    decode(outputs, out) {
      found = outputs;
      candidates.clear();
      for (const plane of planes) {
        const values = outputs[plane.output]!;
        const step = stepOf(plane);
        for (let cell = 0; cell < plane.cells; cell++) {
          const at = startOf(plane, cell) + 4 * step;
          if (!(values[at]! >= leastObjectness)) continue;
          let best = 0;
          let top = -Infinity;
          for (let classId = 0; classId < classCount; classId++) {
            const value = values[at + (1 + classId) * step]!;
            if (value > top) {
              top = value;
              best = classId;
            }
          }
          const score = scoreOf(values[at]!, isLogit) * scoreOf(top, isLogit);
          if (score >= scoreThreshold) candidates.add(plane.first + cell, best, score);
        }
      }
      candidates.choose(boxOf, out);
    },
  };
};

/** A size in anchors: (2 * logistic(value))^2, or exp(value). */
function sizeOf(value: number, isSquare: boolean, isLogit: boolean): number {
  return isSquare ? (2 * scoreOf(value, isLogit)) ** 2 : Math.exp(Math.min(maxLogSize, value));
}
