import { gridSize } from '../../bundle/detection-shapes.js';
import type { DistributionOutputSpec } from '../../bundle/detection-spec.js';
import { largestOf, leastLogit, scoreOf } from './activations.js';
import { Candidates } from './candidates.js';
import type { CreateDecoder } from './detection-decoder.js';

/** One level of the network: where its cells' values are in the outputs. */
interface Level {
  stridePx: number;
  columns: number;
  /** Cells of the levels before it. */
  firstCell: number;
  scores: string;
  distances: string;
  /** Distance in values from one cell to the next, and index of the first cell's. */
  scoreStep: number;
  scoreStart: number;
  distanceStep: number;
  distanceStart: number;
}

/** Distances as distributions: see distributionOutputSchema (Li et al. 2020, generalised focal loss; NanoDet). */
export const createDistributionDecoder: CreateDecoder<DistributionOutputSpec> = (spec, setting) => {
  const { bins, scoreThreshold } = spec;
  const { widthPx, heightPx } = setting;
  const classCount = spec.networkClasses.length;
  const isLogit = spec.scores === 'logit';
  const least = isLogit ? leastLogit(scoreThreshold) : scoreThreshold;
  const inCell = spec.point === 'middle' ? 0.5 : 0;
  const isJoined = spec.levels[0]!.scores === spec.levels[0]!.distances;
  const levels: Level[] = [];
  let cellCount = 0;
  for (const { scores, distances, stridePx } of spec.levels) {
    const { columns, rows } = gridSize({ widthPx, heightPx }, stridePx);
    const step = classCount + 4 * bins;
    const place = isJoined
      ? {
          scoreStep: step,
          scoreStart: cellCount * step,
          distanceStep: step,
          distanceStart: cellCount * step + classCount,
        }
      : { scoreStep: classCount, scoreStart: 0, distanceStep: 4 * bins, distanceStart: 0 };
    levels.push({ stridePx, columns, firstCell: cellCount, scores, distances, ...place });
    cellCount += columns * rows;
  }
  const candidates = new Candidates(spec);
  let current: Readonly<Record<string, Float32Array>> = {};

  const boxOf = (index: number, box: Float32Array): void => {
    let number = levels.length - 1;
    while (levels[number]!.firstCell > index) number--;
    const level = levels[number]!;
    const cell = index - level.firstCell;
    const row = Math.floor(cell / level.columns);
    const x = cell - row * level.columns + inCell;
    const y = row + inCell;
    const values = current[level.distances]!;
    const at = level.distanceStart + cell * level.distanceStep;
    const unitX = level.stridePx / widthPx;
    const unitY = level.stridePx / heightPx;
    box[0] = (x - meanBin(values, at, bins)) * unitX;
    box[1] = (y - meanBin(values, at + bins, bins)) * unitY;
    box[2] = (x + meanBin(values, at + 2 * bins, bins)) * unitX;
    box[3] = (y + meanBin(values, at + 3 * bins, bins)) * unitY;
  };

  return {
    decode(outputs, out) {
      current = outputs;
      candidates.clear();
      for (let number = 0; number < levels.length; number++) {
        const { scores, scoreStart, scoreStep, firstCell } = levels[number]!;
        const endCell = levels[number + 1]?.firstCell ?? cellCount;
        const values = outputs[scores]!;
        for (let cell = firstCell, at = scoreStart; cell < endCell; cell++, at += scoreStep) {
          if (!reaches(values, at, classCount, least)) continue;
          const best = largestOf(values, at, classCount);
          const score = scoreOf(values[at + best]!, isLogit);
          if (score >= scoreThreshold) candidates.add(cell, best, score);
        }
      }
      candidates.choose(boxOf, out);
    },
  };
};

/** Whether a value reaches `least`. One by one: the answer is nearly always no, which the processor predicts. */
function reaches(values: Float32Array, start: number, count: number, least: number): boolean {
  for (let at = start; at < start + count; at++) if (values[at]! >= least) return true;
  return false;
}

/** The mean of a distribution over 0, 1, .. bins - 1, given as logits. */
function meanBin(logits: Float32Array, start: number, bins: number): number {
  let top = -Infinity;
  for (let bin = 0; bin < bins; bin++) if (logits[start + bin]! > top) top = logits[start + bin]!;
  let sum = 0;
  let weighted = 0;
  for (let bin = 0; bin < bins; bin++) {
    const weight = Math.exp(logits[start + bin]! - top);
    sum += weight;
    weighted += bin * weight;
  }
  return weighted / sum;
}
