import { expect, test } from 'vitest';
import {
  areaUnder,
  keptCurves,
  meanInput,
} from '../../../../tools/explain/measure/deletion-insertion.js';
import { inputSpec } from '../../../support/frames.js';

const spec = inputSpec({ widthPx: 4, heightPx: 4 });

/** A dark picture with one bright pixel, which is all that the answer is based on. */
function pictureWithDot(pixel: number): Float32Array {
  const input = new Float32Array(48);
  for (let channel = 0; channel < 3; channel++) input[channel * 16 + pixel] = 1;
  return input;
}
const dotIsThere = (input: Float32Array) => (input[9]! > 0.9 ? 1 : 0);

test('an order that begins with what counts loses the answer at once, and wins it at once', () => {
  const order = Uint32Array.from([
    9,
    ...Array.from({ length: 16 }, (_, i) => i).filter((i) => i !== 9),
  ]);
  const { deletion, insertion } = keptCurves(spec, pictureWithDot(9), order, dotIsThere, 16);
  expect(deletion).toEqual([1, ...new Array(16).fill(0)]);
  expect(insertion).toEqual([0, ...new Array(16).fill(1)]);
  const backwards = keptCurves(spec, pictureWithDot(9), order.toReversed(), dotIsThere, 16);
  expect(areaUnder(backwards.deletion)).toBeGreaterThan(0.9);
  expect(areaUnder(backwards.insertion)).toBeLessThan(0.1);
});

test('what is deleted becomes the mean of its channel', () => {
  expect([...meanInput(spec, pictureWithDot(3))]).toEqual(new Array(48).fill(1 / 16));
});
