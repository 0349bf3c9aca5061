/** How one trial at a rate went. */
export interface RateTrial {
  /** Offered, frames a second. */
  rateHz: number;
  /** Share of the frames that were not published with the answer of every stage, 0..1. */
  lossShare: number;
}

export interface PeakSearch<Trial extends RateTrial> {
  /** A rate that certainly goes, and one that certainly does not; frames a second. */
  lowHz: number;
  highHz: number;
  /** Offers frames at a rate: briefly while the search goes on, for long to confirm what it found. */
  offer(rateHz: number, purpose: 'search' | 'confirm'): Promise<Trial>;
  /** Loss that still counts as going. */
  allowedLossShare: number;
  /** The search ends when the bracket is narrower than this share of the rate; a rate that a long trial does not
   * confirm is lowered by as much. */
  resolution: number;
}

export interface Peak<Trial extends RateTrial> {
  /** The confirming trial at the highest rate that went. */
  confirmed: Trial;
  /** Every trial, in order. */
  trials: Trial[];
}

const maxStepsDown = 10;
/** A search whose lower end does not go starts again from half of it. */
const maxHalvings = 4;

/**
 * The highest rate at which no more than the allowed share of frames is lost: halves the bracket with short
 * trials, then holds the rate that it found in a long one, and steps down until one holds. Undefined when no
 * rate was confirmed.
 */
export async function findPeak<Trial extends RateTrial>(
  search: PeakSearch<Trial>,
): Promise<Peak<Trial> | { confirmed: undefined; trials: Trial[] }> {
  const { offer, allowedLossShare, resolution } = search;
  const trials: Trial[] = [];
  const goes = async (rateHz: number, purpose: 'search' | 'confirm') => {
    const trial = await offer(rateHz, purpose);
    trials.push(trial);
    return trial.lossShare < allowedLossShare ? trial : undefined;
  };
  let { lowHz, highHz } = search;
  for (let halving = 0; halving < maxHalvings; halving++) {
    if ((await goes(lowHz, 'search')) !== undefined) break;
    highHz = lowHz;
    lowHz /= 2;
  }
  while ((highHz - lowHz) / lowHz > resolution) {
    const middleHz = (lowHz + highHz) / 2;
    if (await goes(middleHz, 'search')) lowHz = middleHz;
    else highHz = middleHz;
  }
  for (let step = 0; step < maxStepsDown; step++) {
    const confirmed = await goes(lowHz, 'confirm');
    if (confirmed !== undefined) return { confirmed, trials };
    lowHz /= 1 + resolution;
  }
  return { confirmed: undefined, trials };
}
