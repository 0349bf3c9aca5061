/** Length of a trace, seconds. */
const shownS = 10;
/** Most values that are kept. */
const maxPoints = 2000;

/** Values over the last seconds, by name; starts over if time jumps back. */
export class Trace {
  readonly #points = new Map<string, [atS: number, value: number][]>();
  #lastS = Number.NEGATIVE_INFINITY;

  /** Adds a frame's values at the frame's own time; a repeated time is the same frame and is ignored. */
  add(atS: number, values: Iterable<readonly [name: string, value: number]>): void {
    if (atS === this.#lastS) return;
    if (atS < this.#lastS) this.#points.clear();
    this.#lastS = atS;
    for (const [name, value] of values) {
      const points = this.#points.get(name) ?? [];
      points.push([atS, value]);
      while (points.length > maxPoints || atS - points[0]![0] > shownS) points.shift();
      this.#points.set(name, points);
    }
  }

  get nowS(): number {
    return this.#lastS;
  }

  of(name: string): readonly (readonly [number, number])[] {
    return this.#points.get(name) ?? [];
  }
}

/** The last ten seconds of values up to `nowS`, as a line. */
export function Sparkline({
  points,
  nowS,
  label,
  isSigned = false,
  threshold,
}: {
  points: readonly (readonly [atS: number, value: number])[];
  nowS: number;
  label: string;
  /** Zero is in the middle, not at the bottom. */
  isSigned?: boolean;
  /** Draws a line at this value, and for signed values also at its negative. */
  threshold?: number | undefined;
}) {
  const least = Math.max(1e-3, (threshold ?? 0) * 1.15);
  const most = points.reduce((peak, [, value]) => Math.max(peak, Math.abs(value)), least);
  const yAt = (value: number) =>
    isSigned ? 20 - (value / most) * 18 : 38 - (Math.max(0, value) / most) * 36;
  const xAt = (atS: number) => 200 - ((nowS - atS) / shownS) * 200;
  const limits = threshold === undefined ? [] : isSigned ? [threshold, -threshold] : [threshold];
  const line = points.map(([atS, value]) => `${xAt(atS).toFixed(1)},${yAt(value).toFixed(1)}`);
  return (
    <svg
      viewBox="0 0 200 40"
      class="spark"
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
    >
      <path d={`M0 ${yAt(0)} H200`} class="zero" />
      {limits.map((limit) => (
        <path key={limit} d={`M0 ${yAt(limit)} H200`} class="threshold" />
      ))}
      <polyline points={line.join(' ')} />
    </svg>
  );
}

/** The points of a longer line that a trace shows at `nowS`. */
export function lastSeconds(
  points: readonly (readonly [atS: number, value: number])[],
  nowS: number,
): readonly (readonly [number, number])[] {
  return points.filter(([atS]) => atS <= nowS && atS >= nowS - shownS);
}
