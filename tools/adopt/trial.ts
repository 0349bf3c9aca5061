import type { OutputSpec } from '../../src/bundle/output-spec.js';
import type { Feeding } from './feeding.js';

/** Score of a way of feeding. */
export interface TrialScore {
  /** The value by which ways are compared, 0..1; higher is better. */
  value: number;
  /** Further numbers to show with it, by name. */
  parts: Readonly<Record<string, number>>;
}

/** One way of feeding and decoding a network, with its score. */
export interface Trial<Decode extends OutputSpec = OutputSpec> {
  feeding: Feeding;
  decode: Decode;
  score: TrialScore;
}

/** Ways whose scores differ by less count as equal: a few dozen pictures do not distinguish them. */
export const tieMargin = 0.03;

/**
 * Chooses the way of feeding: of those as good as the best, the one nearest to the family's usual way. `trials` are best
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

/** Sorts trials best first; equal ones keep their order. */
export function ranked<Decode extends OutputSpec>(
  trials: readonly Trial<Decode>[],
): Trial<Decode>[] {
  return [...trials].sort((a, b) => b.score.value - a.score.value);
}
