import { median } from '../../../src/frame/median.js';

/** A picture is left out when its error is so many times the median's... */
const times = 2.5;
/** ...and above this: below it corners are as good as they get. */
const leastPx = 0.3;
/** At least so many pictures stay. */
const leastKept = 4;

/**
 * Indices of the views that do not belong: their error stands out from the median of all. One a call, the worst, for it
 * bends the fit of the others; ask again after a new fit.
 */
export function worstOutlier(errorsPx: readonly number[]): number | undefined {
  if (errorsPx.length <= leastKept) return undefined;
  const worst = errorsPx.indexOf(Math.max(...errorsPx));
  return errorsPx[worst]! > Math.max(times * median(errorsPx), leastPx) ? worst : undefined;
}
