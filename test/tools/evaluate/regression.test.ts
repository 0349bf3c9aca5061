import fc from 'fast-check';
import { expect, test } from 'vitest';
import { regressionScores } from '../../../tools/evaluate/regression.js';

test('a worked example', () => {
  // Errors 1, 0, -1; the truth's squares about its mean 2 are 1, 0, 1.
  const { mae, rmse, r2, correlation } = regressionScores([1, 2, 3], [2, 2, 2]);
  expect(mae).toBeCloseTo(2 / 3, 12);
  expect(rmse).toBeCloseTo(Math.sqrt(2 / 3), 12);
  expect(r2).toBe(0);
  expect(correlation).toBe(0);
});

test('a prediction that goes the right way but too far has a correlation of 1 and an R2 below 1', () => {
  const { r2, correlation } = regressionScores([-1, 0, 1], [-2, 0, 2]);
  expect(correlation).toBeCloseTo(1, 12);
  expect(r2).toBe(0);
  expect(regressionScores([-1, 0, 1], [1, 0, -1]).correlation).toBeCloseTo(-1, 12);
});

test('a truth that never varies has neither R2 nor correlation', () => {
  const scores = regressionScores([0.1, 0.1, 0.1], [0.1, 0.2, 0.3]);
  expect([scores.r2, scores.correlation]).toEqual([0, 0]);
  expect(scores.mae).toBeCloseTo(0.1, 12);
});

test('nothing gives zeros', () => {
  expect(regressionScores([], [])).toEqual({ mae: 0, rmse: 0, r2: 0, correlation: 0 });
});

const angle = fc.double({ min: -1, max: 1, noNaN: true });

test('MAE is at most RMSE, correlation stays in -1..1, and the truth itself is perfect', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(angle, angle), { minLength: 1, maxLength: 40 }), (pairs) => {
      const truth = pairs.map(([value]) => value);
      const scores = regressionScores(
        truth,
        pairs.map(([, value]) => value),
      );
      expect(scores.mae).toBeLessThanOrEqual(scores.rmse + 1e-12);
      expect(Math.abs(scores.correlation)).toBeLessThanOrEqual(1);
      expect(regressionScores(truth, truth)).toMatchObject({ mae: 0, rmse: 0 });
    }),
  );
});
