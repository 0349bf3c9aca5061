import type { Candidate } from './assign.js';

/** Sums for pairs of a true id and a found one; only pairs that occur take memory. */
export class PairCounts {
  readonly #counts = new Map<number, Map<number, number>>();

  add(truthId: number, foundId: number, by: number): void {
    let row = this.#counts.get(truthId);
    if (row === undefined) {
      row = new Map();
      this.#counts.set(truthId, row);
    }
    row.set(foundId, (row.get(foundId) ?? 0) + by);
  }

  get(truthId: number, foundId: number): number {
    return this.#counts.get(truthId)?.get(foundId) ?? 0;
  }

  /** Every pair that occurred: row is the true id, column the found one. */
  candidates(): Candidate[] {
    return [...this.#counts].flatMap(([row, found]) =>
      [...found].map(([column, weight]) => ({ row, column, weight })),
    );
  }
}
