import { expect, test } from 'vitest';
import { RoadBorders } from '../../../src/perception/road/road-borders.js';
import { encodeRunLengths } from '../../../src/perception/segmentation/run-lengths.js';

const isDrivable = Uint8Array.from([0, 1]);
const isHiding = new Uint8Array(2);

/** Borders of one row of classes: the nearest to column 4 on either side. */
function bordersOf(row: number[], content: { left: number; right: number }): number[] {
  const borders = new RoadBorders(1, isDrivable, isHiding, content);
  const map = Uint8Array.from(row);
  const answers = { classShares: new Float32Array(2), freeSpaceNorm: new Float32Array(8) };
  borders.read({ widthPx: 8, heightPx: 1, ...encodeRunLengths(map), ...answers });
  return ([0, 1] as const).map((side) => borders.columnBeyond(side, 0.5, 4));
}

test('a road that goes on beyond the picture has no border there, beside a letterbox’s padding neither', () => {
  const whole = { left: 0, right: 8 };
  expect(bordersOf([0, 0, 1, 1, 1, 0, 0, 0], whole)).toEqual([2, 5]);
  expect(bordersOf([1, 1, 1, 1, 1, 0, 0, 0], whole)).toEqual([Number.NaN, 5]);
  const middle = { left: 2, right: 6 };
  expect(bordersOf([0, 0, 1, 1, 1, 0, 0, 0], middle)).toEqual([Number.NaN, 5]);
  expect(bordersOf([0, 0, 0, 1, 1, 1, 0, 0], middle)).toEqual([3, Number.NaN]);
  // What the network says of the padding is no border either.
  expect(bordersOf([0, 1, 1, 1, 1, 1, 1, 0], middle)).toEqual([Number.NaN, Number.NaN]);
});
