/** What is started again may die this often within the window before it is given up. */
const maxDeaths = 3;
const windowNs = 60_000_000_000n;

/** Tells a mishap from something that cannot live: a lane, or a whole pipeline. */
export class RestartLimit {
  readonly #deathsNs: bigint[] = [];
  total = 0;

  /** Notes a death at a monotonic time; true when it was the third within a minute. */
  isReachedBy(nowNs: bigint): boolean {
    this.total++;
    this.#deathsNs.push(nowNs);
    while (nowNs - this.#deathsNs[0]! > windowNs) this.#deathsNs.shift();
    return this.#deathsNs.length >= maxDeaths;
  }
}
