import type { SteeringOutputSpec } from '../../src/bundle/output-spec.js';

/** An answer of a steering network with the driver's angle, both in the network's units. */
export interface SteeringAnswer {
  value: number;
  truth: number;
}

export type SteeringResponse = NonNullable<SteeringOutputSpec['response']>;

/** The exponents to try. */
const exponents = Array.from({ length: 61 }, (_, step) => 1 + step / 20);

/**
 * Fits the curve sign(value) * gain * |value| ^ exponent with the least squared error: for each exponent from 1 to 4 in
 * steps of 0.05 the gain is sum(curve * truth) / sum(curve ^ 2). Undefined if no gain above 0 helps: there are no answers,
 * all are 0, or they steer against the driver.
 */
export function fitSteeringResponse(
  answers: readonly SteeringAnswer[],
): SteeringResponse | undefined {
  let best: SteeringResponse | undefined;
  let mostExplained = 0;
  for (const exponent of exponents) {
    let product = 0;
    let square = 0;
    for (const { value, truth } of answers) {
      const curve = Math.sign(value) * Math.abs(value) ** exponent;
      product += curve * truth;
      square += curve * curve;
    }
    const gain = product / square;
    const explained = gain * product;
    if (!(gain > 0 && explained > mostExplained)) continue;
    mostExplained = explained;
    best = { gain, exponent };
  }
  return best;
}
