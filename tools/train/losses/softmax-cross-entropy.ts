/**
 * Softmax cross entropy of one row of logits against a class, with label smoothing (Szegedy et al. 2016):
 * the target is 1 - smoothing on the class and smoothing / (count - 1) on each other.
 * Adds weight * d loss / d logits into `gradient` at the same place and returns weight * loss (natural log).
 */
export function softmaxCrossEntropyRow(
  logits: Float32Array,
  start: number,
  count: number,
  label: number,
  weight: number,
  smoothing: number,
  gradient: Float32Array,
): number {
  let highest = logits[start]!;
  for (let i = 1; i < count; i++) highest = Math.max(highest, logits[start + i]!);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(logits[start + i]! - highest);
  const logSum = Math.log(sum) + highest;
  const off = count > 1 ? smoothing / (count - 1) : 0;
  let loss = 0;
  for (let i = 0; i < count; i++) {
    const target = i === label ? 1 - smoothing : off;
    const logProbability = logits[start + i]! - logSum;
    loss -= target * logProbability;
    gradient[start + i]! += weight * (Math.exp(logProbability) - target);
  }
  return weight * loss;
}

/**
 * Mean softmax cross entropy of a batch. `logits` and `gradient` are [batch, classes]; the gradient is
 * overwritten. With `classWeights` (one factor per class) the mean is weighted by the label's class and divided by
 * the sum of the weights. Returns the mean loss.
 */
export function softmaxCrossEntropy(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classCount: number,
  smoothing: number,
  gradient: Float32Array,
  classWeights?: Float32Array,
): number {
  gradient.fill(0);
  const batch = labels.length;
  let total = 0;
  for (let row = 0; row < batch; row++) total += classWeights?.[labels[row]!] ?? 1;
  let loss = 0;
  for (let row = 0; row < batch; row++) {
    const label = labels[row]!;
    loss += softmaxCrossEntropyRow(
      logits,
      row * classCount,
      classCount,
      label,
      (classWeights?.[label] ?? 1) / total,
      smoothing,
      gradient,
    );
  }
  return loss;
}
