/** Rates that differ by less are one: a camera of 29.97 Hz gives the 30 that it was asked for. */
const sameRateShare = 0.01;

/** Whether two rates, frames per second, count as one. */
export const isSameRate = (aHz: number, bHz: number): boolean =>
  Math.abs(aHz - bHz) <= sameRateShare * Math.max(aHz, bHz);
