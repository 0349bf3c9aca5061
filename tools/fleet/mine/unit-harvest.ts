import type { FrameInterest } from './interest.js';
import type { Candidate, MiningReason, Moment } from './mining.js';

/** Reasons that can be judged from the frame alone. */
type SpokenReason = Exclude<MiningReason, 'rare'>;

/**
 * The best frames of one unit: for each reason the best of each stretch of `apartS` seconds, `most` in total, and for
 * each label the frame that shows it best. The memory for a unit does not grow with its length.
 */
export class UnitHarvest {
  readonly #apartS: number;
  readonly #most: number;
  readonly #best: Record<SpokenReason, Map<number, Candidate>> = {
    uncertain: new Map(),
    disagreement: new Map(),
    novel: new Map(),
  };
  readonly #labels = new Map<string, { moment: Moment; seen: number }>();

  constructor({ apartS, most }: { apartS: number; most: number }) {
    this.#apartS = apartS;
    this.#most = most;
  }

  /** `novel`: the novelty gate's value if it called the scene novel, otherwise 0. */
  add(moment: Moment, { uncertain, disagreement, labels }: FrameInterest, novel: number): void {
    this.#keep('uncertain', moment, uncertain);
    this.#keep('disagreement', moment, disagreement);
    this.#keep('novel', moment, novel);
    for (const [label, seen] of labels)
      if (seen > (this.#labels.get(label)?.seen ?? 0)) this.#labels.set(label, { moment, seen });
  }

  /** Labels of the unit, each with the moment that shows it best. */
  *labels(): Generator<[label: string, moment: Moment]> {
    for (const [label, { moment }] of this.#labels) yield [label, moment];
  }

  *candidates(): Generator<Candidate> {
    for (const stretches of Object.values(this.#best))
      yield* [...stretches.values()].sort((a, b) => b.score - a.score).slice(0, this.#most);
  }

  #keep(reason: SpokenReason, moment: Moment, score: number): void {
    if (!(score > 0)) return;
    const stretch = this.#apartS > 0 ? Math.floor(moment.timeS / this.#apartS) : moment.timeS;
    const there = this.#best[reason].get(stretch);
    if (there === undefined || there.score < score)
      this.#best[reason].set(stretch, { ...moment, reason, score });
  }
}
