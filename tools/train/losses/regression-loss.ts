/**
 * Weighted Huber loss (Huber 1964): quadratic up to `delta`, linear beyond. `values`, `targets`, `weights` and
 * `gradient` are [batch]; the gradient is overwritten. Returns the mean.
 */
export function huberLoss(
  values: Float32Array,
  targets: Float32Array,
  weights: Float32Array,
  delta: number,
  gradient: Float32Array,
): number {
  const batch = targets.length;
  let loss = 0;
  for (let i = 0; i < batch; i++) {
    const error = values[i]! - targets[i]!;
    const size = Math.abs(error);
    const weight = weights[i]! / batch;
    const isQuadratic = size <= delta;
    loss += weight * (isQuadratic ? 0.5 * error * error : delta * (size - 0.5 * delta));
    gradient[i] = weight * (isQuadratic ? error : delta * Math.sign(error));
  }
  return loss;
}
