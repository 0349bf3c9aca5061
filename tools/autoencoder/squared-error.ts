/** Mean squared error; `gradient`, of the same length, is overwritten with its derivative. */
export function squaredError(
  values: Float32Array,
  targets: Float32Array,
  gradient: Float32Array,
): number {
  const share = 1 / values.length;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const error = values[i]! - targets[i]!;
    sum += error * error;
    gradient[i] = 2 * share * error;
  }
  return sum * share;
}
