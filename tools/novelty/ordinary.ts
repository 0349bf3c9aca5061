import { PerceptionError } from '../../src/frame/perception-error.js';

/** Distribution of ordinary frames' features. W (x - mean) has unit covariance. */
export interface Ordinary {
  mean: Float64Array;
  /** Row-major [size, size], lower triangular. */
  whitening: Float64Array;
}

/** Shrinkage of each covariance: with few drives, chance correlations would be trusted (Ledoit and Wolf 2004). */
const shrinkage = 0.3;
/** Added to each variance, as a share of the mean variance, for features that never changed in training. */
const floorShare = 1e-4;

/** Mean and whitening of features, row-major [count, size]. Throws ERR_TRAINING with fewer rows than twice the size. */
export function ordinaryOf(features: Float64Array, size: number): Ordinary {
  const count = features.length / size;
  if (count < 2 * size)
    throw new PerceptionError(
      'ERR_TRAINING',
      `novelty: expected ${2 * size} ordinary frames or more, found ${count}`,
    );
  const mean = new Float64Array(size);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < size; i++) mean[i]! += features[row * size + i]! / count;
  const covariance = new Float64Array(size * size);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < size; i++) {
      const a = features[row * size + i]! - mean[i]!;
      for (let j = 0; j <= i; j++)
        covariance[i * size + j]! += (a * (features[row * size + j]! - mean[j]!)) / (count - 1);
    }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) covariance[i * size + j]! *= 1 - shrinkage;
    covariance[i * size + i]! += (floorShare * trace) / size;
  }
  return { mean, whitening: inverseOfLower(cholesky(covariance, size), size) };
}

/** The lower triangular L with L L^T = the matrix; reads only its lower half. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-30)) : sum / lower[j * size + j]!;
    }
  return lower;
}

function inverseOfLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++)
    for (let i = column; i < size; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= lower[i * size + k]! * inverse[k * size + column]!;
      inverse[i * size + column] = sum / lower[i * size + i]!;
    }
  return inverse;
}
