/** Class id of pixels that are neither trained on nor scored. */
const voidClass = 255;

/**
 * Mean softmax cross entropy over the labelled pixels of a batch, each weighted by its class.
 *
 * `scores` and `gradient` are [batch, classes, rows, columns] (the gradient is overwritten); `labels` is
 * [batch, rows, columns] with 255 for void; `classWeights` has one factor per class. The loss is divided by the sum of
 * the weights, so that rare classes count more without changing the step's size. `smoothing` is spread evenly over the
 * other classes (Szegedy et al. 2016). Returns the loss.
 */
export function segmentationLoss(
  scores: Float32Array,
  labels: Uint8Array,
  classCount: number,
  pixels: number,
  classWeights: Float32Array,
  gradient: Float32Array,
  smoothing = 0,
): number {
  const off = classCount > 1 ? smoothing / (classCount - 1) : 0;
  const batch = labels.length / pixels;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== voidClass) total += classWeights[labels[i]!]!;
  }
  const perPixel = total > 0 ? 1 / total : 0;
  const row = new Float64Array(classCount);
  let loss = 0;
  for (let image = 0; image < batch; image++) {
    const base = image * classCount * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const label = labels[image * pixels + pixel]!;
      const first = base + pixel;
      if (label === voidClass) {
        for (let c = 0, at = first; c < classCount; c++, at += pixels) gradient[at] = 0;
        continue;
      }
      let highest = Number.NEGATIVE_INFINITY;
      for (let c = 0, at = first; c < classCount; c++, at += pixels) {
        const score = scores[at]!;
        if (score > highest) highest = score;
      }
      let sum = 0;
      for (let c = 0, at = first; c < classCount; c++, at += pixels) {
        const value = Math.exp(scores[at]! - highest);
        row[c] = value;
        sum += value;
      }
      const weight = classWeights[label]! * perPixel;
      const factor = weight / sum;
      for (let c = 0, at = first; c < classCount; c++, at += pixels)
        gradient[at] = row[c]! * factor - weight * off;
      gradient[first + label * pixels]! -= weight * (1 - smoothing - off);
      loss -= weight * (1 - smoothing - off) * Math.log(row[label]! / sum + 1e-12);
      if (off === 0) continue;
      for (let c = 0; c < classCount; c++) loss -= weight * off * Math.log(row[c]! / sum + 1e-12);
    }
  }
  return loss;
}
