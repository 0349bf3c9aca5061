import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseFloatLayers } from '../../../tools/quantize/choose-float-layers.js';

const layers = Array.from({ length: 13 }, (_, i) => `layer${i}`);

/** A network that is good enough once so many layers are in float. */
function search(needed: number) {
  const tried: number[] = [];
  const found = chooseFloatLayers(
    0.005,
    () => layers,
    async (floatLayers) => {
      tried.push(floatLayers.length);
      return { loss: 0.001 * Math.max(0, needed - floatLayers.length) * 10, result: null };
    },
  );
  return found.then((result) => ({ ...result, tried }));
}

test('the fewest layers that will do stay in float, the worst ones', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: layers.length }), async (needed) => {
      const { floatLayers, isReached, tried } = await search(needed);
      expect(isReached).toBe(true);
      expect(floatLayers).toEqual(layers.slice(0, needed));
      expect(tried.length).toBeLessThanOrEqual(9);
    }),
  );
});

test('layers are not ranked when none needs to stay', async () => {
  const rank = () => {
    throw new Error('ranked');
  };
  const trial = async () => ({ loss: -0.01, result: 'kept' });
  const found = await chooseFloatLayers(0, rank, trial);
  expect(found).toEqual({ floatLayers: [], loss: -0.01, result: 'kept', isReached: true });
});

test('a bound that no choice keeps is said, with the choice that lost least', async () => {
  const { isReached, floatLayers, tried } = await search(40);
  expect(isReached).toBe(false);
  expect(floatLayers).toEqual(layers);
  expect(tried).toEqual([0, 1, 2, 4, 8, 13]);
});
