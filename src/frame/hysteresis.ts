/** A condition that is reported only after it has held for a while, and until it has been gone for a while. */
export class Hysteresis {
  isSaid = false;
  /** Since when the condition differs from what is reported; undefined while they agree. */
  #otherwiseNs: bigint | undefined;

  /** Takes an observation; `nowNs` must ascend. Returns true if the report changes. */
  take(isFound: boolean, nowNs: bigint, beginS: number, endS: number): boolean {
    if (isFound === this.isSaid) {
      this.#otherwiseNs = undefined;
      return false;
    }
    this.#otherwiseNs ??= nowNs;
    if (Number(nowNs - this.#otherwiseNs) < (isFound ? beginS : endS) * 1e9) return false;
    this.isSaid = isFound;
    this.#otherwiseNs = undefined;
    return true;
  }
}
