import { expect, test } from 'vitest';
import { fitSteeringResponse } from '../../../tools/evaluate/steering-response.js';
import { createRandom } from '../../../tools/train/random.js';

const random = createRandom(5);
const values = Array.from({ length: 500 }, () => random.normal() * 0.2);
const answersOf = (driver: (value: number) => number) =>
  values.map((value) => ({ value, truth: driver(value) }));

test('the curve that a driver follows is found, with what he adds by chance left out', () => {
  const driver = (value: number) =>
    Math.sign(value) * 2.5 * Math.abs(value) ** 1.8 + random.normal() * 0.002;
  const response = fitSteeringResponse(answersOf(driver))!;
  expect(response.exponent).toBeCloseTo(1.8, 1);
  expect(response.gain).toBeCloseTo(2.5, 0);
});

test('a driver who does what the network says is a straight line', () => {
  const response = fitSteeringResponse(answersOf((value) => value))!;
  expect(response.exponent).toBe(1);
  expect(response.gain).toBeCloseTo(1, 12);
});

test('no other curve of the family has a smaller squared error', () => {
  const answers = answersOf((value) => (Math.abs(value) > 0.2 ? value : 0));
  const errorOf = (gain: number, exponent: number) =>
    answers.reduce((sum, { value, truth }) => {
      const curve = Math.sign(value) * gain * Math.abs(value) ** exponent;
      return sum + (truth - curve) ** 2;
    }, 0);
  const { gain, exponent } = fitSteeringResponse(answers)!;
  const least = errorOf(gain, exponent);
  expect(exponent).toBeGreaterThan(1.2);
  expect(least).toBeLessThan(errorOf(1, 1));
  for (const other of [exponent - 0.1, exponent, exponent + 0.1])
    for (const share of [0.9, 0.98, 1, 1.02, 1.1])
      expect(errorOf(gain * share, other)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
});

test('there is no curve without answers, for answers of nothing, and for a network that steers against the driver', () => {
  expect(fitSteeringResponse([])).toBeUndefined();
  expect(fitSteeringResponse([{ value: 0, truth: 0.1 }])).toBeUndefined();
  expect(fitSteeringResponse(answersOf((value) => -value))).toBeUndefined();
});
