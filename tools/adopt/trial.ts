import type { OutputSpec } from '../../src/bundle/output-spec.js';
import type { Feeding } from './feeding.js';

/** How well a way of feeding does. */
export interface TrialScore {
  /** What ways are compared by, 0..1; higher is better. */
  value: number;
  /** Further numbers that a person wants to see beside it, by name. */
  parts: Readonly<Record<string, number>>;
}

/** One way of feeding and reading a network, scored. */
export interface Trial<Decode extends OutputSpec = OutputSpec> {
  feeding: Feeding;
  decode: Decode;
  score: TrialScore;
}

/** Ways whose scores differ by less are taken for equal: a few dozen pictures do not tell them apart. */
export const tieMargin = 0.03;

/**
 * The way to feed by: of those that are as good as the best, the one nearest to the family's usual way. `trials` best
 * first.
 */
export function chooseTrial<Decode extends OutputSpec>(
  trials: readonly Trial<Decode>[],
  usual: Feeding,
  usualDecoding: Decode,
): Trial<Decode> | undefined {
  const best = trials[0];
  if (best === undefined) return undefined;
  const equals = trials.filter(({ score }) => best.score.value - score.value < tieMargin);
  const strangeness = ({ feeding, decode }: Trial<Decode>) =>
    Number(feeding.colour !== usual.colour) +
    Number(feeding.range !== usual.range) +
    Number(feeding.fit !== usual.fit) +
    Number(feeding.padValue !== usual.padValue) +
    Number(JSON.stringify(decode) !== JSON.stringify(usualDecoding));
  return equals.reduce((chosen, trial) =>
    strangeness(trial) < strangeness(chosen) ? trial : chosen,
  );
}

/** Best first; equal ones stay in their order. */
export function ranked<Decode extends OutputSpec>(
  trials: readonly Trial<Decode>[],
): Trial<Decode>[] {
  return [...trials].sort((a, b) => b.score.value - a.score.value);
}
