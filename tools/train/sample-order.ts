import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { SampleOf } from '../datasets/sample.js';
import type { WeightedDataset } from './open-data.js';
import { createRandom } from './random.js';
import { repeatRare } from './repeat-rare.js';

/** Mixes integers to one 32-bit seed, so that neighbouring steps draw unrelated numbers. */
export function mixSeed(...values: number[]): number {
  let mixed = 0x811c9dc5;
  for (const value of values) {
    mixed = Math.imul(mixed ^ (value >>> 0), 0x01000193);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    mixed ^= mixed >>> 13;
  }
  return mixed >>> 0;
}

/**
 * The sample at each place of the endless sequence that training reads. It depends on the seed and
 * the place alone, so that a resumed run reads the same samples. Each data set is read in rounds, each newly
 * shuffled, in which rare samples occur several times if the recipe says so; sets take turns by their weights.
 */
export class SampleOrder<T extends LabelledTask> {
  readonly #sets: WeightedDataset<T>[];
  /** For each set, the samples of one round. */
  readonly #samples: SampleOf[T][][];
  readonly #seed: number;
  readonly #cumulative: number[];
  readonly #rounds = new Map<string, Uint32Array>();

  constructor(sets: WeightedDataset<T>[], seed: number) {
    this.#sets = sets;
    this.#samples = sets.map(repeatRare);
    this.#seed = seed;
    const total = sets.reduce((sum, { weight }) => sum + weight, 0);
    let sum = 0;
    this.#cumulative = sets.map(({ weight }) => {
      sum += weight / total;
      return sum;
    });
  }

  /** Samples of all sets together. */
  get count(): number {
    return this.#sets.reduce((sum, { dataset }) => sum + dataset.samples.length, 0);
  }

  at(place: number): SampleOf[T] {
    // The golden ratio's multiples fill the unit interval evenly: every stretch of places has the right shares.
    const point = (place * 0.6180339887498949 + (this.#seed % 997) / 997) % 1;
    const index = Math.max(
      0,
      this.#cumulative.findIndex((bound) => point < bound),
    );
    const samples = this.#samples[index]!;
    const low = index === 0 ? 0 : this.#cumulative[index - 1]!;
    // Approximate number of earlier places that went to this set: exact counts do not matter, only order.
    const turn = Math.floor(place * (this.#cumulative[index]! - low));
    const round = Math.floor(turn / samples.length);
    return samples[this.#permutation(index, round, samples.length)[turn % samples.length]!]!;
  }

  #permutation(set: number, round: number, length: number): Uint32Array {
    const key = `${set}:${round}`;
    const known = this.#rounds.get(key);
    if (known) return known;
    const random = createRandom(mixSeed(this.#seed, set, round));
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let last = length - 1; last > 0; last--) {
      const other = random.below(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    if (this.#rounds.size > 64) this.#rounds.clear();
    this.#rounds.set(key, order);
    return order;
  }
}
