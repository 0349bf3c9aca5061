import { mulberry32 } from '../../src/bundle/golden.js';

/** Number of bootstrap draws. */
const resamples = 1000;
/** Fixed, so that the same scores always get the same interval. */
const seed = 1;

/**
 * The percentile bootstrap (Efron 1979): draws as many groups as there are, with replacement, a thousand times, scores
 * each draw, and returns the interval with 95 % of each score's values, by name. A score that is not finite in a draw,
 * such as that of a class that was not drawn, is left out of that draw. Undefined for fewer than two groups.
 *
 * `score` receives the number of times that each group was drawn, in the order of the groups.
 */
export function bootstrapIntervals(
  groupCount: number,
  score: (timesDrawn: Uint32Array) => Readonly<Record<string, number>>,
): Record<string, [low: number, high: number]> | undefined {
  if (groupCount < 2) return undefined;
  const random = mulberry32(seed);
  const drawn = new Map<string, number[]>();
  const times = new Uint32Array(groupCount);
  for (let round = 0; round < resamples; round++) {
    times.fill(0);
    for (let i = 0; i < groupCount; i++) times[Math.floor(random() * groupCount)]!++;
    for (const [name, value] of Object.entries(score(times))) {
      if (!Number.isFinite(value)) continue;
      const values = drawn.get(name) ?? [];
      values.push(value);
      drawn.set(name, values);
    }
  }
  return Object.fromEntries(
    [...drawn].map(([name, values]) => {
      values.sort((a, b) => a - b);
      const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
      return [name, [at(0.025), at(0.975)]];
    }),
  );
}
