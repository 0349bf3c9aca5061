/** When modes begin and end. */
export interface ModeRule {
  /** Number of modes; level 0 is full operation, level `count` the last mode. */
  count: number;
  /** Shares of the budget: at or above `beginAt` the next mode begins, at or below `endAt` the current one ends. */
  beginAt: number;
  endAt: number;
  /** Shortest duration of a mode and of full operation, nanoseconds. */
  dwellNs: bigint;
}

export interface ModeState {
  level: number;
  /** When this level began. */
  sinceNs: bigint;
}

/**
 * Returns the mode that follows from `pressure`, the worst p99 as a share of its budget; undefined means unknown and
 * changes nothing. Moves one level at a time, up or down, and never twice within a dwell time: each mode is judged by its
 * own times, not by those that the previous one left in the window. Pure; returns the same state if nothing changes.
 */
export function nextMode(
  state: ModeState,
  pressure: number | undefined,
  nowNs: bigint,
  { count, beginAt, endAt, dwellNs }: ModeRule,
): ModeState {
  if (pressure === undefined || nowNs - state.sinceNs < dwellNs) return state;
  if (pressure >= beginAt && state.level < count) return { level: state.level + 1, sinceNs: nowNs };
  if (pressure <= endAt && state.level > 0) return { level: state.level - 1, sinceNs: nowNs };
  return state;
}
