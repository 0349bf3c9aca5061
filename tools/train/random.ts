/** A stream of random numbers from a seed; its whole state is one integer, so that it can be saved and resumed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, count). */
  below(count: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Normal with mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number;
  state: number;
}

/** mulberry32 (public domain generator by T. Ettinger), 32 bits of state. */
export function createRandom(seed: number): Random {
  const random: Random = {
    state: seed >>> 0,
    next() {
      random.state = (random.state + 0x6d2b79f5) >>> 0;
      let mixed = random.state;
      mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    },
    between: (low, high) => low + (high - low) * random.next(),
    below: (count) => Math.floor(random.next() * count),
    chance: (probability) => random.next() < probability,
    normal: () =>
      Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  };
  return random;
}

/** Shuffles a list in place (Fisher and Yates) and returns it. */
export function shuffle<T>(list: T[], random: Random): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}
