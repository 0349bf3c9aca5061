/** 1 / (1 + exp(-x)). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The value whose logistic is `probability`, slightly lowered so that rounding loses no candidate. */
export function leastLogit(probability: number): number {
  return Math.log(probability / (1 - probability)) - 1e-4;
}

/** The score of a network's value: the value itself, or its logistic. */
export function scoreOf(value: number, isLogit: boolean): number {
  return isLogit ? logistic(value) : value;
}

/** Index of the largest of values[start..start + count - 1], counted from `start`; the lowest if equal. NaN never wins. */
export function largestOf(values: Float32Array, start: number, count: number): number {
  let best = 0;
  let top = -Infinity;
  for (let i = 0; i < count; i++) {
    if (values[start + i]! > top) {
      top = values[start + i]!;
      best = i;
    }
  }
  return best;
}

/** Divides a probability's log odds by a temperature: above 1 it becomes less sure. 0 and 1 are unchanged. */
export function temperedProbability(probability: number, temperature: number): number {
  if (probability <= 0 || probability >= 1) return probability;
  return logistic(Math.log(probability / (1 - probability)) / temperature);
}
