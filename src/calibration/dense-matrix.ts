/** Cholesky factor (lower, row-major, n x n) of a symmetric positive definite matrix; undefined if it is not one. */
export function choleskyFactor(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i === j) {
        // Only rounding error of the diagonal is left: the matrix is not positive definite.
        if (!(sum > 1e-14 * Math.abs(matrix[i * n + i]!))) return undefined;
        lower[i * n + i] = Math.sqrt(sum);
      } else lower[i * n + j] = sum / lower[j * n + j]!;
    }
  return lower;
}

/** Solves A x = b with A's Cholesky factor; overwrites b with x. */
export function choleskySolve(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * b[k]!;
    b[i] = sum / lower[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i]! * b[k]!;
    b[i] = sum / lower[i * n + i]!;
  }
  return b;
}

/** The inverse of a symmetric positive definite matrix; undefined if it is not one. */
export function invertPositive(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = choleskyFactor(matrix, n);
  if (lower === undefined) return undefined;
  const inverse = new Float64Array(n * n);
  for (let col = 0; col < n; col++) {
    const unit = new Float64Array(n);
    unit[col] = 1;
    choleskySolve(lower, n, unit);
    for (let row = 0; row < n; row++) inverse[row * n + col] = unit[row]!;
  }
  return inverse;
}

/**
 * The eigenvector of a symmetric matrix with the smallest eigenvalue, of length 1, by Jacobi's rotations (Golub and Van
 * Loan, Matrix Computations, 8.5). The matrix is overwritten.
 */
export function smallestEigenvector(matrix: Float64Array, n: number): Float64Array {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += matrix[p * n + q]! ** 2;
    if (off < 1e-300) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(matrix, vectors, n, p, q);
  }
  let least = 0;
  for (let i = 1; i < n; i++) if (matrix[i * n + i]! < matrix[least * n + least]!) least = i;
  return Float64Array.from({ length: n }, (_, row) => vectors[row * n + least]!);
}

function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const kp = a[k * n + p]!;
    const kq = a[k * n + q]!;
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const pk = a[p * n + k]!;
    const qk = a[q * n + k]!;
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const vp = vectors[k * n + p]!;
    const vq = vectors[k * n + q]!;
    vectors[k * n + p] = c * vp - s * vq;
    vectors[k * n + q] = s * vp + c * vq;
  }
}
