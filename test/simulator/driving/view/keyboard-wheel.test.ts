import { expect, test } from 'vitest';
import { KeyboardWheel } from '../../../../simulator/driving/view/keyboard-wheel.js';
import { noKeys } from '../../../../src/outputs/page/road-protocol.js';

test('a held key turns the wheels further and further, up to a limit; released, they come back', () => {
  const wheel = new KeyboardWheel();
  const held = { ...noKeys, left: true };
  expect(wheel.advance(held, 0.5)).toBeCloseTo(0.06, 9);
  for (let i = 0; i < 100; i++) wheel.advance(held, 0.5);
  expect(wheel.angleRad).toBe(0.25);
  expect(wheel.advance(noKeys, 0.1)).toBeCloseTo(0.215, 9);
  expect(wheel.advance(noKeys, 5)).toBe(0);
});

test('the other key turns back quicker than it turns out', () => {
  const wheel = new KeyboardWheel();
  wheel.advance({ ...noKeys, left: true }, 1);
  const backRad = wheel.angleRad - wheel.advance({ ...noKeys, right: true }, 0.1);
  expect(backRad).toBeCloseTo(0.035, 9);
});
