/** Number of deaths within the window after which there is no further restart. */
const maxDeaths = 3;
const windowNs = 60_000_000_000n;

/** Tells a single mishap of a lane or a pipeline from one that keeps dying. */
export class RestartLimit {
  readonly #deathsNs: bigint[] = [];
  total = 0;

  /** Records a death at a monotonic time; returns true if it was the third within a minute. */
  isReachedBy(nowNs: bigint): boolean {
    this.total++;
    this.#deathsNs.push(nowNs);
    while (nowNs - this.#deathsNs[0]! > windowNs) this.#deathsNs.shift();
    return this.#deathsNs.length >= maxDeaths;
  }
}
