import { describe, expect, it } from 'vitest';
import { createBoxOverlap } from '../../../../tools/train/losses/box-overlap.js';
import { createRandom } from '../../../../tools/train/random.js';

describe('the overlap of a box with its truth', () => {
  const overlap = createBoxOverlap();

  it('is whole and wants nothing where they are the same', () => {
    const { iou, loss } = overlap([5, 5, 4, 2], [5, 5, 4, 2]);
    expect(iou).toBeCloseTo(1, 12);
    expect(loss).toBeCloseTo(0, 12);
  });

  it('is what arithmetic on paper gives', () => {
    // 4x4 boxes, shifted by 2: 8 shared of 24, in a box of 24 around both.
    const shifted = overlap([0, 0, 4, 4], [2, 0, 4, 4]);
    expect(shifted.iou).toBeCloseTo(1 / 3, 12);
    expect(shifted.loss).toBeCloseTo(2 / 3, 12);
    // Apart by 4: nothing shared, 32 of 48 covered.
    const apart = overlap([0, 0, 4, 4], [8, 0, 4, 4]);
    expect(apart.iou).toBe(0);
    expect(apart.loss).toBeCloseTo(1 + 16 / 48, 12);
    expect(apart.gradient[0]).toBeLessThan(0);
  });

  it('has the gradient of its differences, boxes apart, crossing and inside each other', () => {
    const random = createRandom(11);
    const step = 1e-6;
    for (let round = 0; round < 500; round++) {
      const draw = () => [
        random.normal(),
        random.normal(),
        0.2 + random.next(),
        0.2 + random.next(),
      ];
      const [box, truth] = [draw(), draw()];
      const stated = Array.from(overlap(box, truth).gradient);
      stated.forEach((slope, side) => {
        const at = (by: number) =>
          overlap(
            box.map((value, i) => (i === side ? value + by : value)),
            truth,
          ).loss;
        expect((at(step) - at(-step)) / (2 * step)).toBeCloseTo(slope, 4);
      });
    }
  });
});
