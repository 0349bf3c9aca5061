import { expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { temperedProbability } from '../../../src/perception/detection/activations.js';
import { DoubtCollector, doubtLines } from '../../../tools/evaluate/doubt.js';

/** Claims that are too sure: right as often as their log odds divided by 2.5 say. */
function overconfident(count: number) {
  const random = mulberry32(8);
  const doubt = new DoubtCollector('boxes');
  for (let i = 0; i < count; i++) {
    const probability = 0.5 + random() * 0.499;
    const isRight = random() < temperedProbability(probability, 2.5);
    doubt.add(i, { probability, isRight }, [i % 4 === 0 ? 'car' : 'truck']);
  }
  return doubt.finish()!;
}

test('the temperature that claims were made with is found, and the error goes where it was not fitted', () => {
  const { claims, ece, temperature, eceScaled, groups } = overconfident(4000);
  expect(claims).toBe(4000);
  expect(temperature).toBeCloseTo(2.5, 0);
  expect(ece).toBeGreaterThan(0.08);
  expect(eceScaled).toBeLessThan(0.03);
  expect(groups.map(({ name, claims }) => [name, claims])).toEqual([
    ['car', 1000],
    ['truck', 3000],
  ]);
  for (const { claimed, right } of groups) expect(claimed - right).toBeGreaterThan(0.05);
});

test('a group of a few claims says nothing and is left out; without a claim there is no doubt', () => {
  expect(overconfident(40).groups.map(({ name }) => name)).toEqual(['truck']);
  expect(new DoubtCollector('pixels').finish()).toBeUndefined();
});

test('the lines name the error before and after', () => {
  expect(doubtLines(overconfident(4000))[0]).toMatch(
    /^doubt: expected calibration error 0\.\d{3} of 4000 boxes; 0\.\d{3} with log odds divided by 2\.\d\d$/,
  );
});

test('a temperature keeps 0, a half and 1, and the order', () => {
  expect([0, 0.5, 1].map((p) => temperedProbability(p, 3))).toEqual([0, 0.5, 1]);
  expect(temperedProbability(0.9, 2)).toBeCloseTo(0.75, 6);
  expect(temperedProbability(0.1, 2)).toBeCloseTo(0.25, 6);
});
