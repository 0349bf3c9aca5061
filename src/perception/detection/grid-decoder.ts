import { gridSize } from '../../bundle/detection-shapes.js';
import type { GridOutputSpec } from '../../bundle/detection-spec.js';
import { largestOf, leastLogit, scoreOf } from './activations.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** Largest |log| of a size in strides: a larger one would overflow, not describe a box. */
const maxLogSize = 12;

/** Boxes with objectness, row by row: see gridOutputSchema (Ge et al. 2021, YOLOX; YOLOv5, YOLOv7). */
export const createGridDecoder: CreateDecoder<GridOutputSpec> = (spec, setting) => {
  const { output, boxes, stridesPx, scores, scoreThreshold } = spec;
  const { widthPx, heightPx } = setting;
  const classCount = spec.networkClasses.length;
  const width = 5 + classCount;
  const isLogit = scores === 'logit';
  // A score is never larger than its objectness: most rows are rejected after one comparison.
  const leastObjectness = isLogit ? leastLogit(scoreThreshold) : scoreThreshold;
  const places = boxes === 'cells' ? cellPlaces(stridesPx, setting) : undefined;
  const unitX = boxes === 'shares' ? 1 : 1 / widthPx;
  const unitY = boxes === 'shares' ? 1 : 1 / heightPx;
  const candidates = new Candidates(spec);
  let values = new Float32Array();

  const boxOf = (index: number, box: Float32Array): void => {
    const at = index * width;
    let centreX = values[at]!;
    let centreY = values[at + 1]!;
    let boxWidth = values[at + 2]!;
    let boxHeight = values[at + 3]!;
    if (places !== undefined) {
      const stridePx = places[index * 3 + 2]!;
      centreX = (centreX + places[index * 3]!) * stridePx;
      centreY = (centreY + places[index * 3 + 1]!) * stridePx;
      boxWidth = Math.exp(Math.min(maxLogSize, boxWidth)) * stridePx;
      boxHeight = Math.exp(Math.min(maxLogSize, boxHeight)) * stridePx;
    }
    box[0] = (centreX - boxWidth / 2) * unitX;
    box[1] = (centreY - boxHeight / 2) * unitY;
    box[2] = (centreX + boxWidth / 2) * unitX;
    box[3] = (centreY + boxHeight / 2) * unitY;
  };

  return {
    decode(outputs, out) {
      values = outputs[output]! as Float32Array<ArrayBuffer>;
      candidates.clear();
      for (let row = 0, at = 4; at < values.length; row++, at += width) {
        if (!(values[at]! >= leastObjectness)) continue;
        const best = largestOf(values, at + 1, classCount);
        const score = scoreOf(values[at]!, isLogit) * scoreOf(values[at + 1 + best]!, isLogit);
        if (score >= scoreThreshold) candidates.add(row, best, score);
      }
      candidates.choose(boxOf, out);
    },
  };
};

/** Column, row and stride of every cell, level by level. */
function cellPlaces(
  stridesPx: readonly number[],
  size: { widthPx: number; heightPx: number },
): Float32Array {
  const places: number[] = [];
  for (const stridePx of stridesPx) {
    const { columns, rows } = gridSize(size, stridePx);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) places.push(column, row, stridePx);
    }
  }
  return Float32Array.from(places);
}
