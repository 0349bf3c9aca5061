import { choleskyFactor, choleskySolve } from '../../calibration/dense-matrix.js';

/** Least-squares equations for a step of the unknowns from observations: A step = b. Reused from fit to fit. */
export class NormalEquations {
  readonly count: number;
  /** A, symmetric, row-major: the inverse covariance of the unknowns. */
  readonly precision: Float64Array;
  readonly #right: Float64Array;
  /** Derivatives of the observation that is being added, by unknown. The caller of `add` fills it. */
  readonly row: Float64Array;

  constructor(count: number) {
    this.count = count;
    this.precision = new Float64Array(count * count);
    this.#right = new Float64Array(count);
    this.row = new Float64Array(count);
  }

  /** Begins with the prior: the unknowns' inverse covariance and mean. `now`: their current values. */
  begin(precision: Float64Array, mean: Float64Array, now: Float64Array): void {
    const { count } = this;
    this.precision.set(precision);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += precision[i * count + j]! * (mean[j]! - now[j]!);
      this.#right[i] = sum;
    }
  }

  /** Adds the observation `row`: it is `residual` above the prediction of the unknowns. `weight` is 1 / variance. */
  add(residual: number, weight: number): void {
    const { count, precision, row } = this;
    for (let i = 0; i < count; i++) {
      const weighed = row[i]! * weight;
      if (weighed === 0) continue;
      this.#right[i]! += weighed * residual;
      for (let j = 0; j < count; j++) precision[i * count + j]! += weighed * row[j]!;
    }
  }

  /** Moves the unknowns by the step; false if the equations have no solution. */
  step(unknowns: Float64Array): boolean {
    const factor = choleskyFactor(this.precision, this.count);
    if (factor === undefined) return false;
    choleskySolve(factor, this.count, this.#right);
    for (let i = 0; i < this.count; i++) unknowns[i]! += this.#right[i]!;
    return true;
  }
}
