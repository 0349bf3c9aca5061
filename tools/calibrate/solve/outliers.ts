import { median } from '../../../src/frame/median.js';

/** A picture is an outlier if its error is more than this many times the median... */
const times = 2.5;
/** ...and above this: below it corners are as precise as possible. */
const leastPx = 0.3;
/** At least this many pictures are kept. */
const leastKept = 4;

/**
 * Index of the worst outlier: the view whose error is far above the median; undefined if there is none. Only one per call,
 * because it distorts the fit of the others; call again after a new fit.
 */
export function worstOutlier(errorsPx: readonly number[]): number | undefined {
  if (errorsPx.length <= leastKept) return undefined;
  const worst = errorsPx.indexOf(Math.max(...errorsPx));
  return errorsPx[worst]! > Math.max(times * median(errorsPx), leastPx) ? worst : undefined;
}
