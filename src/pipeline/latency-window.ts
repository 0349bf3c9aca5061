/** More samples than a window of any sensible length holds; beyond it the oldest are forgotten. */
const capacity = 4096;

/** The durations of the last seconds. Memory is allocated once, not per sample. */
export class LatencyWindow {
  readonly #durationsMs = new Float64Array(capacity);
  readonly #timesNs = new BigUint64Array(capacity);
  readonly #sorted = new Float64Array(capacity);
  #first = 0;
  #count = 0;

  constructor(readonly lengthNs: bigint) {}

  /** Adds a duration that ended at `timeNs`, which must not be before that of the last one added. */
  add(timeNs: bigint, durationMs: number): void {
    if (this.#count === capacity) this.#forgetOldest();
    const at = (this.#first + this.#count) % capacity;
    this.#timesNs[at] = timeNs;
    this.#durationsMs[at] = durationMs;
    this.#count++;
  }

  /**
   * Nearest rank: the smallest duration that `share` of the window's durations do not exceed; undefined without samples.
   */
  percentileMs(share: number, nowNs: bigint): number | undefined {
    while (this.#count > 0 && nowNs - this.#timesNs[this.#first]! > this.lengthNs)
      this.#forgetOldest();
    if (this.#count === 0) return undefined;
    for (let i = 0; i < this.#count; i++)
      this.#sorted[i] = this.#durationsMs[(this.#first + i) % capacity]!;
    const sorted = this.#sorted.subarray(0, this.#count).sort();
    return sorted[Math.ceil(share * this.#count) - 1];
  }

  #forgetOldest(): void {
    this.#first = (this.#first + 1) % capacity;
    this.#count--;
  }
}
