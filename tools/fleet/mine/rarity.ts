import type { Candidate, Moment } from './mining.js';

/** Counts the units that contain each label, and remembers where. */
export class Rarity {
  /** Maximum number of frames kept per label: a label with more units is no longer rare. */
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

  /** A label's score is the information that a unit contains it, in bits: 0 if all do, 10 if one of 1024 does. */
  *candidates(): Generator<Candidate> {
    for (const [label, { units, moments }] of this.#labels) {
      const score = Math.log2(this.#units / units);
      if (score > 0)
        for (const moment of moments) yield { ...moment, reason: 'rare', score, label };
    }
  }
}
