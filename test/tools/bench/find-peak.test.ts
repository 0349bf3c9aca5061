import { expect, test } from 'vitest';
import { findPeak } from '../../../tools/bench/find-peak.js';

const search = { lowHz: 10, highHz: 22, allowedLossShare: 0.05, resolution: 0.02 };

/** Loses nothing up to its capacity and, above it, what is too much. */
const loser = (capacityHz: number) => async (rateHz: number) => ({
  rateHz,
  lossShare: Math.max(0, 1 - capacityHz / rateHz),
});

test('finds the rate at which the allowed share is lost, as finely as asked', async () => {
  const { confirmed, trials } = await findPeak({ ...search, offer: loser(16) });
  const trueHz = 16 / 0.95;
  expect(confirmed!.rateHz).toBeLessThanOrEqual(trueHz);
  expect(confirmed!.rateHz).toBeGreaterThan(trueHz * 0.98);
  expect(trials.length).toBeLessThan(10);
});

test('goes below its bracket where even the low end loses too much', async () => {
  const { confirmed } = await findPeak({ ...search, offer: loser(3) });
  expect(confirmed!.rateHz).toBeGreaterThan((3 / 0.95) * 0.97);
  expect(confirmed!.rateHz).toBeLessThanOrEqual(3 / 0.95);
});

test('steps down from a rate that went briefly and does not hold for long', async () => {
  const { confirmed, trials } = await findPeak({
    ...search,
    offer: (rateHz, purpose) => loser(purpose === 'search' ? 16 : 15)(rateHz),
  });
  expect(confirmed!.lossShare).toBeLessThan(0.05);
  expect(confirmed!.rateHz).toBeLessThanOrEqual(15 / 0.95);
  expect(trials.at(-1)).toBe(confirmed);
});

test('steps down to rates above 0, however coarsely it searches', async () => {
  const { trials } = await findPeak({
    ...search,
    resolution: 4,
    offer: async (rateHz, purpose) => ({ rateHz, lossShare: purpose === 'search' ? 0 : 1 }),
  });
  expect(trials.length).toBeGreaterThan(2);
  for (const { rateHz } of trials) expect(rateHz).toBeGreaterThan(0);
});

test('confirms nothing where everything is lost', async () => {
  const offer = async (rateHz: number) => ({ rateHz, lossShare: 1 });
  expect((await findPeak({ ...search, offer })).confirmed).toBeUndefined();
});
