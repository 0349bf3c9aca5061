import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  claimsAt,
  expectedCalibrationError,
  fitTemperature,
  type LabelledLogits,
  negativeLogLikelihood,
  reliabilityBins,
  softmaxAt,
  temperatureRange,
} from '../../../tools/evaluate/probability-calibration.js';

/** `right` of `count` answers are the first class; its logit is ahead by `lead`. */
const twoClasses = (lead: number, right: number, count: number): LabelledLogits[] =>
  Array.from({ length: count }, (_, i) => ({ logits: [lead, 0], truthId: i < right ? 0 : 1 }));

test('softmax divides the logits by the temperature', () => {
  // exp(ln 3) : exp(0) is 3 : 1; at temperature 2 it is the root of 3 to 1.
  expect([...softmaxAt([Math.log(3), 0], 1)]).toEqual([
    expect.closeTo(0.75, 12),
    expect.closeTo(0.25, 12),
  ]);
  expect(softmaxAt([Math.log(3), 0], 2)[0]).toBeCloseTo(Math.sqrt(3) / (1 + Math.sqrt(3)), 12);
  expect([...softmaxAt([1000, -Infinity], 1)]).toEqual([1, 0]);
});

test('the calibration error of a worked example', () => {
  // Four claims in two bins of ten: 0.65 and 0.69 (one of two right: |0.5 - 0.67|), 0.95 and 0.99 (both: |1 - 0.97|).
  const claims = [
    { probability: 0.65, isRight: true },
    { probability: 0.69, isRight: false },
    { probability: 0.95, isRight: true },
    { probability: 0.99, isRight: true },
  ];
  const bins = reliabilityBins(claims, 10);
  expect(bins[6]).toMatchObject({ count: 2, accuracy: 0.5 });
  expect(bins[6]!.meanProbability).toBeCloseTo(0.67, 12);
  expect(bins[9]).toMatchObject({ count: 2, accuracy: 1 });
  expect(expectedCalibrationError(bins)).toBeCloseTo((2 * 0.17 + 2 * 0.03) / 4, 12);
  expect(expectedCalibrationError(reliabilityBins([], 10))).toBe(0);
});

test('bins include their upper edge, and 0 lies in the lowest', () => {
  const at = (probability: number) =>
    reliabilityBins([{ probability, isRight: true }], 4).findIndex(({ count }) => count === 1);
  expect([0, 0.25, 0.26, 0.5, 1].map(at)).toEqual([0, 0, 1, 1, 3]);
});

test('the likelihood of a worked example: three of four right at a claim of 3 to 1', () => {
  const answers = twoClasses(Math.log(3), 3, 4);
  const expected = -(3 * Math.log(0.75) + Math.log(0.25)) / 4;
  expect(negativeLogLikelihood(answers, 1)).toBeCloseTo(expected, 12);
  expect(negativeLogLikelihood([], 1)).toBe(0);
});

test('the fitted temperature makes the claim what it is worth', () => {
  // Ahead by 4 but right in three of four: 4 / T must be ln 3.
  const answers = twoClasses(4, 75, 100);
  const temperature = fitTemperature(answers);
  expect(temperature).toBeCloseTo(4 / Math.log(3), 6);
  expect(claimsAt(answers, temperature)[0]!.probability).toBeCloseTo(0.75, 6);
});

test('a network without a mistake gets the lowest temperature, one that knows nothing the highest', () => {
  expect(fitTemperature(twoClasses(2, 10, 10))).toBeCloseTo(temperatureRange.lowest, 6);
  expect(fitTemperature(twoClasses(2, 1, 10))).toBeCloseTo(temperatureRange.highest, 4);
  expect(fitTemperature([])).toBe(1);
});

test('a true class that the network does not know is a wrong claim and fits nothing', () => {
  const answers = [...twoClasses(4, 3, 4), { logits: [1, -Infinity], truthId: 1 }];
  expect(fitTemperature(answers)).toBeCloseTo(4 / Math.log(3), 6);
  expect(claimsAt(answers, 1)[4]).toEqual({ probability: 1, isRight: false });
  expect(Number.isFinite(negativeLogLikelihood(answers, 1))).toBe(true);
});

const answer = fc.record({
  logits: fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 3 }),
  truthId: fc.nat(2),
});

test('no temperature of a fine grid is better than the fitted one', () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 25 }), (answers) => {
      const fitted = negativeLogLikelihood(answers, fitTemperature(answers));
      const { lowest, highest } = temperatureRange;
      for (let i = 0; i <= 60; i++) {
        const temperature = lowest * (highest / lowest) ** (i / 60);
        expect(negativeLogLikelihood(answers, temperature)).toBeGreaterThanOrEqual(fitted - 1e-9);
      }
    }),
    { numRuns: 25 },
  );
});

test('the temperature never changes which class is best', () => {
  fc.assert(
    fc.property(
      fc.array(answer, { minLength: 1, maxLength: 10 }),
      fc.double({ min: 0.05, max: 20, noNaN: true }),
      (answers, temperature) => {
        const right = (at: number) => claimsAt(answers, at).map(({ isRight }) => isRight);
        expect(right(temperature)).toEqual(right(1));
      },
    ),
  );
});
