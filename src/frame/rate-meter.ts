const windowNs = 1_000_000_000n;

/** Events per second, over the last second and over the entire run. */
export class RateMeter {
  readonly #recentNs: bigint[] = [];
  #count = 0;
  #firstNs = 0n;
  #lastNs = 0n;

  /** Counts an event at a monotonic time, which must not be before the previous one. */
  add(timeNs: bigint): void {
    if (this.#count++ === 0) this.#firstNs = timeNs;
    this.#lastNs = timeNs;
    this.#recentNs.push(timeNs);
    this.#forgetBefore(timeNs - windowNs);
  }

  /** Between the events of the last second before `nowNs`, monotonic; 0 with fewer than two. */
  recentHz(nowNs: bigint): number {
    this.#forgetBefore(nowNs - windowNs);
    return rateHz(this.#recentNs.length, this.#recentNs[0] ?? 0n, this.#lastNs);
  }

  /** Between the first event and the last. */
  overallHz(): number {
    return rateHz(this.#count, this.#firstNs, this.#lastNs);
  }

  #forgetBefore(timeNs: bigint): void {
    while (this.#recentNs.length > 0 && this.#recentNs[0]! < timeNs) this.#recentNs.shift();
  }
}

function rateHz(count: number, firstNs: bigint, lastNs: bigint): number {
  return count < 2 || lastNs <= firstNs ? 0 : (count - 1) / (Number(lastNs - firstNs) / 1e9);
}
