import type { SteeringOutputSpec } from '../../src/bundle/steering-spec.js';
import { readScalar } from '../../src/perception/steering/steering.js';
import { largestPlace, type Outputs, type Question, sumOf } from './asked-score.js';

/**
 * The value that a steering network's angle is read from, positive to its own side; of a distribution that is read by its
 * largest bin, the score of that bin.
 */
export function steeringQuestion(decode: SteeringOutputSpec, outputs: Outputs): Question {
  const { steering: output, at = 0, distribution } = decode;
  const values = outputs[output]!;
  if (distribution?.read === 'largest') {
    const index = largestPlace(values.subarray(0, distribution.bins.length));
    return sumOf([{ output, index, slope: 1 }]);
  }
  const side = readScalar(values, decode) < 0 ? -1 : 1;
  if (distribution === undefined) return sumOf([{ output, index: at, slope: side }]);
  return {
    score: (seen) => side * readScalar(seen[output]!, decode),
    slopes: (seen) =>
      Array.from(steeringSlopes(decode, seen[output]!), (slope, index) => ({
        ...{ output, index },
        slope: side * slope,
      })),
  };
}

/** d value / d output, of the output's length; for a distribution that of its mean, however it is read. */
export function steeringSlopes(
  { at = 0, distribution }: SteeringOutputSpec,
  values: Float32Array,
): Float32Array {
  const slopes = new Float32Array(values.length);
  if (distribution === undefined) {
    slopes[at] = 1;
    return slopes;
  }
  const { bins, values: kind } = distribution;
  const top = Math.max(...values.subarray(0, bins.length));
  const shares = bins.map((_, i) => (kind === 'logits' ? Math.exp(values[i]! - top) : values[i]!));
  const sum = shares.reduce((all, share) => all + share, 0);
  const mean = bins.reduce((all, bin, i) => all + bin * shares[i]!, 0) / sum;
  for (const [i, bin] of bins.entries())
    slopes[i] = ((kind === 'logits' ? shares[i]! : 1) * (bin - mean)) / sum;
  return slopes;
}
