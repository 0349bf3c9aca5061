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
  const sorted = [...errorsPx].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  const worst = errorsPx.indexOf(sorted.at(-1)!);
  return errorsPx[worst]! > Math.max(times * median, leastPx) ? worst : undefined;
}
