/** Cells of this depth may hold several points: those are equal as far as floating point can tell. */
const maxDepth = 48;

/** Points of a plane in cells that are quartered until each holds one; each cell has the mean of its points. */
export class QuadTree {
  readonly #places: Float64Array;
  /** For each cell: mean of its points, their number, its width, and the first of its four parts (0: none). */
  #x: number[] = [];
  #y: number[] = [];
  readonly #mass: number[] = [];
  readonly #width: number[] = [];
  readonly #parts: number[] = [];
  readonly #left: number[] = [];
  readonly #bottom: number[] = [];

  /** `places`: x and y of each point. */
  constructor(places: Float64Array) {
    this.#places = places;
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < places.length; i += 2) {
      left = Math.min(left, places[i]!);
      right = Math.max(right, places[i]!);
      bottom = Math.min(bottom, places[i + 1]!);
      top = Math.max(top, places[i + 1]!);
    }
    this.#cell(left, bottom, Math.max(right - left, top - bottom, 1e-12) * 1.0001);
    for (let i = 0; i < places.length; i += 2) this.#insert(places[i]!, places[i + 1]!);
    for (const [cell, mass] of this.#mass.entries()) {
      if (mass === 0) continue;
      this.#x[cell]! /= mass;
      this.#y[cell]! /= mass;
    }
  }

  /** As repulsionExactly, but a cell that appears narrower than `theta` from a point acts as a single point. */
  repulsion(theta: number, repulsion: Float64Array): number {
    let sum = 0;
    const stack: number[] = [];
    for (let i = 0; i < this.#places.length; i += 2) {
      const [x, y] = [this.#places[i]!, this.#places[i + 1]!];
      stack.push(0);
      while (stack.length > 0) {
        const cell = stack.pop()!;
        const mass = this.#mass[cell]!;
        if (mass === 0) continue;
        const [dx, dy] = [x - this.#x[cell]!, y - this.#y[cell]!];
        const squared = dx * dx + dy * dy;
        const parts = this.#parts[cell]!;
        if (parts !== 0 && this.#width[cell]! ** 2 >= theta * theta * squared) {
          stack.push(parts, parts + 1, parts + 2, parts + 3);
          continue;
        }
        const q = 1 / (1 + squared);
        sum += mass * q;
        repulsion[i]! += mass * q * q * dx;
        repulsion[i + 1]! += mass * q * q * dy;
      }
      // The sum includes the point itself, in its own cell, with q = 1 and no force.
      sum -= 1;
    }
    return sum;
  }

  #cell(left: number, bottom: number, width: number): number {
    this.#left.push(left);
    this.#bottom.push(bottom);
    this.#width.push(width);
    this.#x.push(0);
    this.#y.push(0);
    this.#mass.push(0);
    return this.#parts.push(0) - 1;
  }

  #insert(x: number, y: number): void {
    let cell = 0;
    for (let depth = 0; ; depth++) {
      const mass = this.#mass[cell]!;
      if (mass === 1 && this.#parts[cell] === 0 && depth < maxDepth) {
        const half = this.#width[cell]! / 2;
        const [left, bottom] = [this.#left[cell]!, this.#bottom[cell]!];
        this.#parts[cell] = this.#cell(left, bottom, half);
        this.#cell(left + half, bottom, half);
        this.#cell(left, bottom + half, half);
        this.#cell(left + half, bottom + half, half);
        this.#add(
          this.#partAt(cell, this.#x[cell]!, this.#y[cell]!),
          this.#x[cell]!,
          this.#y[cell]!,
        );
      }
      this.#add(cell, x, y);
      if (this.#parts[cell] === 0) return;
      cell = this.#partAt(cell, x, y);
    }
  }

  #add(cell: number, x: number, y: number): void {
    this.#x[cell]! += x;
    this.#y[cell]! += y;
    this.#mass[cell]!++;
  }

  #partAt(cell: number, x: number, y: number): number {
    const half = this.#width[cell]! / 2;
    const isRight = x >= this.#left[cell]! + half;
    const isUpper = y >= this.#bottom[cell]! + half;
    return this.#parts[cell]! + (isRight ? 1 : 0) + (isUpper ? 2 : 0);
  }
}
