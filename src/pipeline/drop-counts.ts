/** Why a frame was not published. Sources add their own reasons, such as `decode_failed`. */
export const dropReasons = {
  /** No lane saw it: a newer frame took its place everywhere. */
  overtaken: 'overtaken',
  /** The mode held back every stage. */
  degraded: 'degraded',
  /** The run was stopped while the frame was in flight. */
  stopped: 'stopped',
  /** A repeated run: the recording of its results does not have the frame. */
  unrecorded: 'unrecorded',
} as const;

/** Frames counted by reason. */
export type DropCounts = Readonly<Record<string, number>>;

export const totalDrops = (drops: DropCounts): number =>
  Object.values(drops).reduce((sum, count) => sum + count, 0);

/** Returns what was added since `before` to counts that only grow. */
export function newDrops(before: DropCounts, now: DropCounts): DropCounts {
  return Object.fromEntries(
    Object.entries(now)
      .map(([reason, count]) => [reason, count - (before[reason] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** Counts drops by reason. */
export class DropCounter {
  readonly #counts = new Map<string, number>();

  add(reason: string, count = 1): void {
    if (count > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  addAll(drops: DropCounts): void {
    for (const [reason, count] of Object.entries(drops)) this.add(reason, count);
  }

  /** By reason, in alphabetical order so that equal counts serialise to equal bytes. */
  snapshot(): DropCounts {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Returns the snapshot and resets the counts. */
  take(): DropCounts {
    const counts = this.snapshot();
    this.#counts.clear();
    return counts;
  }
}
