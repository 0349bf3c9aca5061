import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxIou } from '../../../tools/datasets/box-geometry.js';
import type { TruthBox } from '../../../tools/datasets/sample.js';
import {
  classCurves,
  cocoIous,
  meanAp50to95,
  recallByHeight,
} from '../../../tools/evaluate/detection-curves.js';
import { outcomeOf } from '../../../tools/evaluate/detection-outcomes.js';
import { detectionScores, type ScoredPicture } from '../../../tools/evaluate/detection-scores.js';
import type { FoundBox } from '../../../tools/evaluate/match-boxes.js';

const truth = (className: string, left: number, width = 10, height = 10, weight = 1): TruthBox => ({
  className,
  boxXyxyPx: [left, 0, left + width, height],
  weight,
});
const found = (
  className: string,
  left: number,
  score: number,
  width = 10,
  height = 10,
): FoundBox => ({
  className,
  score,
  boxXyxyPx: [left, 0, left + width, height],
});

test("COCO's IoUs are ten, without the rounding of sums", () => {
  expect(cocoIous).toEqual([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
});

test('the mean over ten IoUs of a worked example', () => {
  // A box of 10 x 10 and 8 of its 10 columns: an IoU of 0.8, right at 0.5 to 0.8, so 7 of 10 times.
  const pictures = [{ truth: [truth('car', 0)], found: [found('car', 0, 0.9, 8)] }];
  const [car] = classCurves(pictures, 0.5);
  expect(car!.apByIou).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 0, 0]);
  expect(car!.ap50to95).toBeCloseTo(0.7, 12);
  // A bus that nobody found halves the mean over classes.
  const both = [{ truth: [truth('car', 0), truth('bus', 50)], found: [found('car', 0, 0.9, 8)] }];
  expect(meanAp50to95(classCurves(both, 0.5))).toBeCloseTo(0.35, 12);
  expect(meanAp50to95([])).toBe(0);
});

test('precision, recall and F1 at the threshold, and where F1 would be best', () => {
  const pictures = [
    {
      truth: [truth('car', 0), truth('car', 100), truth('car', 200)],
      found: [found('car', 0, 0.9), found('car', 300, 0.6), found('car', 100, 0.4)],
    },
  ];
  const [car] = classCurves(pictures, 0.5);
  // Of two above 0.5 one is right, of three cars: 1/2, 1/3, and 2 / 5.
  expect(car!.atThreshold).toEqual({
    precision: 0.5,
    recall: 1 / 3,
    f1: expect.closeTo(0.4, 12),
  });
  // All three: 2/3 and 2/3.
  expect(car!.best).toMatchObject({ score: 0.4, f1: expect.closeTo(2 / 3, 12) });
  expect(classCurves([{ truth: [truth('car', 0)], found: [] }], 0.5)[0]).toMatchObject({
    ap50to95: 0,
    atThreshold: { precision: 0, recall: 0, f1: 0 },
    best: undefined,
  });
});

test('recall by height counts true boxes, not those that are ignored', () => {
  const pictures = [
    {
      truth: [truth('car', 0, 10, 10), truth('car', 100, 40, 40), truth('car', 200, 40, 40, 0)],
      found: [found('car', 100, 0.9, 40, 40), found('car', 200, 0.9, 40, 40)],
    },
    { truth: [truth('bus', 0, 300, 300)], found: [found('bus', 0, 0.3, 300, 300)] },
  ];
  const bins = recallByHeight(pictures, 0.5).filter(({ count }) => count > 0);
  expect(bins).toEqual([
    { fromPx: 0, toPx: 16, count: 1, found: 0, recall: 0 },
    { fromPx: 32, toPx: 48, count: 1, found: 1, recall: 1 },
    { fromPx: 256, toPx: null, count: 1, found: 0, recall: 0 },
  ]);
});

test('a false box is told why it is one', () => {
  const picture = {
    truth: [truth('car', 0), truth('bus', 50)],
    found: [
      found('car', 0, 0.9),
      found('car', 1, 0.8),
      found('car', 50, 0.7),
      found('bus', 57, 0.6),
      found('car', 500, 0.5),
      found('car', 500, 0.1),
      found('tree', 0, 0.9),
    ],
  };
  const { right, wrong, missed } = outcomeOf(picture, 0.5, ['bus', 'car']);
  expect(right.map(({ score }) => score)).toEqual([0.9]);
  expect(wrong.map(({ box, kind }) => [box.score, kind])).toEqual([
    [0.6, 'misplaced'],
    [0.8, 'duplicate'],
    [0.7, 'confused'],
    [0.5, 'background'],
  ]);
  expect(missed).toEqual([picture.truth[1]]);
});

/**
 * Average precision by the plainest way: for every score the pictures are matched again with the detections from there
 * up, and the area is summed over the recalls 1/n, 2/n ... with the best precision that reaches each.
 */
function slowAp(pictures: readonly ScoredPicture[], minIou: number): number {
  const count = pictures.reduce((sum, picture) => sum + picture.truth.length, 0);
  const scores = new Set(pictures.flatMap((picture) => picture.found.map(({ score }) => score)));
  const points = [...scores].map((score) => {
    let [hits, all] = [0, 0];
    for (const picture of pictures) {
      const free = new Set(picture.truth);
      const shown = picture.found.filter((box) => box.score >= score);
      for (const box of shown.toSorted((a, b) => b.score - a.score)) {
        all++;
        const best = picture.truth.toSorted(
          (a, b) => boxIou(box.boxXyxyPx, b.boxXyxyPx) - boxIou(box.boxXyxyPx, a.boxXyxyPx),
        )[0];
        if (best && boxIou(box.boxXyxyPx, best.boxXyxyPx) >= minIou && free.delete(best)) hits++;
      }
    }
    return { hits, precision: hits / all };
  });
  let area = 0;
  for (let wanted = 1; wanted <= count; wanted++)
    area += Math.max(0, ...points.filter(({ hits }) => hits >= wanted).map((p) => p.precision));
  return count === 0 ? 0 : area / count;
}

const leftPx = fc.integer({ min: 0, max: 60 });
const picture = fc.record({
  truth: fc
    .uniqueArray(leftPx, { maxLength: 4 })
    .map((all) => all.map((left) => truth('car', left))),
  found: fc
    .array(fc.tuple(leftPx, fc.constantFrom(0.1, 0.2, 0.3, 0.5, 0.8)), { maxLength: 6 })
    .map((all) => all.map(([left, score]) => found('car', left, score))),
});

test('average precision at all ten IoUs is that of a second, slower computation', () => {
  fc.assert(
    fc.property(fc.array(picture, { minLength: 1, maxLength: 4 }), (pictures) => {
      const [car] = classCurves(pictures, 0.5);
      if (!car) return;
      cocoIous.forEach((iou, index) => {
        expect(car.apByIou[index]).toBeCloseTo(slowAp(pictures, iou), 9);
      });
    }),
  );
});

test('the curves and the outcomes agree with the scores that are printed', () => {
  fc.assert(
    fc.property(fc.array(picture, { minLength: 1, maxLength: 4 }), (pictures) => {
      const scores = detectionScores(pictures, 0.3).perClass['car'];
      const [car] = classCurves(pictures, 0.3);
      expect(car === undefined).toBe(scores === undefined);
      if (!car) return;
      expect(car.apByIou[0]).toBe(scores!.ap50);
      expect(car.atThreshold).toMatchObject({
        precision: scores!.precision,
        recall: scores!.recall,
      });
      const outcomes = pictures.map((item) => outcomeOf(item, 0.3, ['car']));
      const total = (of: 'right' | 'missed') => outcomes.reduce((sum, o) => sum + o[of].length, 0);
      expect(total('right') + total('missed')).toBe(scores!.count);
      expect(total('right') / scores!.count).toBeCloseTo(scores!.recall, 12);
      const bins = recallByHeight(pictures, 0.3);
      expect(bins.reduce((sum, bin) => sum + bin.found, 0)).toBe(total('right'));
    }),
  );
});
