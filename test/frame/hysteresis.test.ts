import { expect, test } from 'vitest';
import { Hysteresis } from '../../src/frame/hysteresis.js';

test('what flickers is neither said nor unsaid', () => {
  const held = new Hysteresis();
  const at = (ms: number) => BigInt(ms) * 1_000_000n;
  const take = (isFound: boolean, ms: number) => held.take(isFound, at(ms), 0.2, 0.4);
  expect([take(true, 0), take(false, 100), take(true, 200), take(true, 300)]).not.toContain(true);
  expect(take(true, 400)).toBe(true);
  expect(held.isSaid).toBe(true);
  expect([take(false, 500), take(true, 600), take(false, 700), take(false, 1000)]).not.toContain(
    true,
  );
  expect(take(false, 1100)).toBe(true);
  expect(held.isSaid).toBe(false);
});
