/** Result of one trial at one rate. */
export interface RateTrial {
  /** Offered rate, frames a second. */
  rateHz: number;
  /** Share of frames that were not published with every stage's answer, 0..1. */
  lossShare: number;
}

export interface PeakSearch<Trial extends RateTrial> {
  /** A rate that is certainly sustained, and one that certainly is not; frames a second. */
  lowHz: number;
  highHz: number;
  /** Offers frames at a rate: briefly during the search, longer to confirm what it found. */
  offer(rateHz: number, purpose: 'search' | 'confirm'): Promise<Trial>;
  /** Loss up to which a rate counts as sustained. */
  allowedLossShare: number;
  /**
   * The search ends when the bracket is narrower than this share of the rate; a rate that a long trial does not
   * confirm is lowered by the same share.
   */
  resolution: number;
}

export interface Peak<Trial extends RateTrial> {
  /** The confirming trial at the highest sustained rate. */
  confirmed: Trial;
  /** Every trial, in order. */
  trials: Trial[];
}

const maxStepsDown = 10;
/** If the lower end is not sustained, the search starts again from half of it. */
const maxHalvings = 4;

/**
 * The highest rate at which no more than the allowed share of frames is lost: halves the bracket with short trials,
 * then tests the rate that it found in a long one, and steps down until one is sustained. Undefined if no rate was
 * confirmed.
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
