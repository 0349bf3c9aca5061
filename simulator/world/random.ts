/**
 * A seeded stream of numbers (sfc32, by Chris Doty-Humphrey, public domain): integer arithmetic only, so the
 * same seed gives the same numbers on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `stream` separates independent uses of one seed: one more tree must not move every car. */
  constructor(seed: number, stream = 0) {
    this.a = Math.imul(seed | 0, 0x9e3779b1) ^ 0x243f6a88;
    this.b = Math.imul(stream | 0, 0x85ebca6b) ^ 0x85a308d3;
    this.c = Math.floor(seed / 0x1_0000_0000) ^ 0x13198a2e;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** Uniform in 0..1, 1 excluded. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  }

  /** Uniform in low..high. */
  range(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Uniform integer in low..high, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.next());
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)] as T;
  }

  /** Roughly normal with mean 0 and standard deviation 1 (sum of four uniforms): bounded, which suits a picture. */
  normal(): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * 1.7320508;
  }

  /** Index drawn with the given weights. */
  weighted(weights: readonly number[]): number {
    let total = 0;
    for (const weight of weights) total += weight;
    let left = this.next() * total;
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i] as number;
      if (left < 0) return i;
    }
    return weights.length - 1;
  }

  /** A new independent stream. */
  fork(): Random {
    return new Random(
      Math.floor(this.next() * 0x1_0000_0000),
      Math.floor(this.next() * 0x7fffffff),
    );
  }
}
