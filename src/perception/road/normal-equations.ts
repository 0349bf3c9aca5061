import { choleskyFactor, choleskySolve } from '../../calibration/dense-matrix.js';

/** What observations say of a step of the unknowns, by least squares: A step = b. Kept from use to use. */
export class NormalEquations {
  readonly count: number;
  /** A, symmetric, row-major: the inverse covariance of the unknowns. */
  readonly precision: Float64Array;
  readonly #right: Float64Array;
  /** Of the observation that is being added: what each unknown changes of it. The adder fills it. */
  readonly row: Float64Array;

  constructor(count: number) {
    this.count = count;
    this.precision = new Float64Array(count * count);
    this.#right = new Float64Array(count);
    this.row = new Float64Array(count);
  }

  /** Begins with what is known before: the unknowns' inverse covariance, and how far they are from their mean. */
  begin(precision: Float64Array, mean: Float64Array, now: Float64Array): void {
    const { count } = this;
    this.precision.set(precision);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += precision[i * count + j]! * (mean[j]! - now[j]!);
      this.#right[i] = sum;
    }
  }

  /** Adds `row`: the observation is `residual` more than what the unknowns say, and weighs 1 / variance. */
  add(residual: number, weight: number): void {
    const { count, precision, row } = this;
    for (let i = 0; i < count; i++) {
      const weighed = row[i]! * weight;
      if (weighed === 0) continue;
      this.#right[i]! += weighed * residual;
      for (let j = 0; j < count; j++) precision[i * count + j]! += weighed * row[j]!;
    }
  }

  /** Moves the unknowns by the step; false where the equations say none. */
  step(unknowns: Float64Array): boolean {
    const factor = choleskyFactor(this.precision, this.count);
    if (factor === undefined) return false;
    choleskySolve(factor, this.count, this.#right);
    for (let i = 0; i < this.count; i++) unknowns[i]! += this.#right[i]!;
    return true;
  }
}
