/** When modes begin and end. */
export interface ModeRule {
  /** Modes beyond full operation; level 0 is full operation, level `count` the last mode. */
  count: number;
  /** Shares of the budget: at or above `beginAt` the next mode begins, at or below `endAt` the present one ends. */
  beginAt: number;
  endAt: number;
  /** No mode, nor full operation, lasts shorter than this, nanoseconds. */
  dwellNs: bigint;
}

export interface ModeState {
  level: number;
  /** When this level began. */
  sinceNs: bigint;
}

/**
 * The mode after a look at `pressure`, the worst p99 as a share of its budget; undefined says nothing is known,
 * and changes nothing. One level at a time, up or down, and never two changes within a dwell time: each mode is
 * judged by what it does, not by what the one before it left in the window. Pure; the same state comes back
 * where nothing changes.
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
