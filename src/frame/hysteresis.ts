/** Something that is said only after it held for a while, and until it has been gone for a while. */
export class Hysteresis {
  isSaid = false;
  /** Since when it is otherwise than it is said; undefined where it is as said. */
  #otherwiseNs: bigint | undefined;

  /** `nowNs`: ascending. True where what is said changes. */
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
