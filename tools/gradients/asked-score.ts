import { PerceptionError } from '../../src/frame/perception-error.js';

export type Outputs = Readonly<Record<string, Float32Array>>;

/** One number of a network's answer, by its index in an output. */
export interface AskedPlace {
  output: string;
  index: number;
}

/** A score of one answer, before it is turned into a probability, and its slopes along the outputs. */
export interface Question {
  score(outputs: Outputs): number;
  /** d score / d output for each number that it depends on. */
  slopes(outputs: Outputs): readonly (AskedPlace & { slope: number })[];
}

/** The weighted sum of a few outputs. */
export function sumOf(places: readonly (AskedPlace & { slope: number })[]): Question {
  return {
    score: (outputs) =>
      places.reduce((sum, { output, index, slope }) => sum + slope * outputs[output]![index]!, 0),
    slopes: () => places,
  };
}

export function largestPlace(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The error for a network whose outputs are already choices, without scores. */
export function noWayBack(kind: string): PerceptionError {
  return new PerceptionError(
    'ERR_USAGE',
    `gradients expect a network that answers with scores, found ${kind}: what it chooses inside has no derivative; --method occlusion explains any network`,
  );
}
