/** Bins on each side of zero. */
const half = 2048;
/** From a larger array, evenly spaced values are counted: neighbours in a feature map add little. */
const mostCounted = 65_536;

/**
 * A histogram of values, in bins of equal width around zero. The width doubles when a larger value comes, so
 * that one pass over the data is enough and memory is bounded; between 1024 and 2048 bins on the larger side are in use.
 */
export class ValueHistogram {
  /** Counts; bin i holds values from (i - half) * binWidth to one width above. */
  readonly counts = new Float64Array(2 * half);
  binWidth = 0;
  minimum = Infinity;
  maximum = -Infinity;
  /** Number of values counted; minimum and maximum are over all values. */
  total = 0;

  /** Lower edge of a bin. */
  edgeOf(bin: number): number {
    return (bin - half) * this.binWidth;
  }

  /** Counts the values; non-finite ones are skipped. */
  add(values: Float32Array): void {
    let least = Infinity;
    let most = -Infinity;
    for (const value of values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const reach = Math.max(Math.abs(least), Math.abs(most));
    if (!Number.isFinite(reach)) {
      const finite = values.filter(Number.isFinite);
      if (finite.length < values.length) this.add(finite);
      return;
    }
    this.minimum = Math.min(this.minimum, least);
    this.maximum = Math.max(this.maximum, most);
    // The first values set the width, with a little room, so that the largest is inside its bin.
    if (this.binWidth === 0) this.binWidth = (Math.max(reach, 1e-30) * 1.0001) / half;
    while (reach >= half * this.binWidth) this.#widen();
    const perUnit = 1 / this.binWidth;
    const { counts } = this;
    // An odd step visits every column of a map in turn.
    const step = Math.ceil(values.length / mostCounted) | 1;
    for (let i = 0; i < values.length; i += step) {
      counts[Math.floor(values[i]! * perUnit) + half]! += 1;
      this.total++;
    }
  }

  /** Joins bins in pairs, from zero outwards. */
  #widen(): void {
    const old = this.counts.slice();
    this.counts.fill(0);
    for (let i = 0; i < half; i++) {
      const from = i >> 1;
      this.counts[half + from]! += old[half + i]!;
      this.counts[half - 1 - from]! += old[half - 1 - i]!;
    }
    this.binWidth *= 2;
  }

  /** Counts of absolute values, from zero outwards, both sides added. */
  magnitudes(): Float64Array {
    return Float64Array.from(
      { length: half },
      (_, i) => this.counts[half + i]! + this.counts[half - 1 - i]!,
    );
  }
}
