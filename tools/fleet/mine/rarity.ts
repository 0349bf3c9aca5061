import type { Candidate, Moment } from './mining.js';

/** Counts in how many units each label is, and remembers where. */
export class Rarity {
  /** Frames that are kept for a label: as its count grows it stops being rare. */
  readonly #most: number;
  readonly #labels = new Map<string, { units: number; moments: Moment[] }>();
  #units = 0;

  constructor(most: number) {
    this.#most = most;
  }

  addUnit(labels: Iterable<[label: string, moment: Moment]>): void {
    this.#units++;
    for (const [label, moment] of labels) {
      const known = this.#labels.get(label) ?? { units: 0, moments: [] };
      known.units++;
      if (known.moments.length < this.#most) known.moments.push(moment);
      this.#labels.set(label, known);
    }
  }

  /** A label's score is the information that a unit has it, in bits: 0 where all have it, 10 where one of 1024 has. */
  *candidates(): Generator<Candidate> {
    for (const [label, { units, moments }] of this.#labels) {
      const score = Math.log2(this.#units / units);
      if (score > 0)
        for (const moment of moments) yield { ...moment, reason: 'rare', score, label };
    }
  }
}
