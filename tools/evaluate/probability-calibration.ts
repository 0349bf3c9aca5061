/** One answer of a classifier with its truth. */
export interface LabelledLogits {
  /** By class id; -Infinity for a class that the network does not know. */
  logits: ArrayLike<number>;
  truthId: number;
}

/** The probability that a classifier claims for its best class, and whether that class was right. */
export interface Claim {
  /** Probability of the best class, 0..1. */
  probability: number;
  isRight: boolean;
}

/** Claims whose probability is in (fromProbability, toProbability]. */
export interface ReliabilityBin {
  fromProbability: number;
  toProbability: number;
  count: number;
  /** Mean claimed probability, 0..1; 0 if there is no claim. */
  meanProbability: number;
  /** Share of claims that were right, 0..1; 0 if there is no claim. */
  accuracy: number;
}

/** Range of temperatures that a fit may return; a network without mistakes has no best one and gets the lowest. */
export const temperatureRange = { lowest: 0.05, highest: 20 } as const;

/** Probabilities softmax(logits / temperature), float64. */
export function softmaxAt(logits: ArrayLike<number>, temperature: number): Float64Array {
  let top = -Infinity;
  for (let c = 0; c < logits.length; c++) top = Math.max(top, logits[c]!);
  const shares = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** The claims at a temperature; of equal classes the lowest id is the answer. */
export function claimsAt(answers: readonly LabelledLogits[], temperature: number): Claim[] {
  return answers.map(({ logits, truthId }) => {
    const probabilities = softmaxAt(logits, temperature);
    let best = 0;
    for (let c = 1; c < logits.length; c++) if (logits[c]! > logits[best]!) best = c;
    return { probability: probabilities[best]!, isRight: best === truthId };
  });
}

/** Claims in bins of equal width, as a reliability diagram shows them (Guo et al. 2017). */
export function reliabilityBins(claims: readonly Claim[], binCount = 15): ReliabilityBin[] {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, probability: 0, right: 0 }));
  for (const { probability, isRight } of claims) {
    const index = Math.max(0, Math.min(binCount - 1, Math.ceil(probability * binCount) - 1));
    const sum = sums[index]!;
    sum.count++;
    sum.probability += probability;
    if (isRight) sum.right++;
  }
  return sums.map(({ count, probability, right }, index) => ({
    fromProbability: index / binCount,
    toProbability: (index + 1) / binCount,
    count,
    meanProbability: count === 0 ? 0 : probability / count,
    accuracy: count === 0 ? 0 : right / count,
  }));
}

/** Expected calibration error, 0..1: mean of |accuracy - mean probability| over the bins, weighted by their claims. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return 0;
  const gaps = bins.map((bin) => bin.count * Math.abs(bin.accuracy - bin.meanProbability));
  return gaps.reduce((sum, gap) => sum + gap, 0) / total;
}

const isKnown = ({ logits, truthId }: LabelledLogits) => logits[truthId]! > -Infinity;

/** Mean of -ln p(truth), nats, over the answers whose true class the network knows; 0 without any. */
export function negativeLogLikelihood(
  answers: readonly LabelledLogits[],
  temperature: number,
): number {
  const known = answers.filter(isKnown);
  let sum = 0;
  for (const { logits, truthId } of known) {
    let top = -Infinity;
    for (let c = 0; c < logits.length; c++) top = Math.max(top, logits[c]!);
    let partition = 0;
    for (let c = 0; c < logits.length; c++) partition += Math.exp((logits[c]! - top) / temperature);
    // Not the logarithm of the softmax, in which the probability of a very unlikely class underflows to 0.
    sum += Math.log(partition) - (logits[truthId]! - top) / temperature;
  }
  return known.length === 0 ? 0 : sum / known.length;
}

/**
 * The temperature of least negative log-likelihood (Guo et al. 2017, section 4.2), within `temperatureRange`. In
 * 1 / temperature that is convex with the slope E_p[logit] - logit of the truth, whose zero is found by bisection.
 * 1 if there are no answers.
 */
export function fitTemperature(answers: readonly LabelledLogits[]): number {
  const known = answers.filter(isKnown);
  if (known.length === 0) return 1;
  let low = Math.log(1 / temperatureRange.highest);
  let high = Math.log(1 / temperatureRange.lowest);
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (slopeAt(known, Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return 1 / Math.exp((low + high) / 2);
}

function slopeAt(answers: readonly LabelledLogits[], sharpness: number): number {
  let slope = 0;
  for (const { logits, truthId } of answers) {
    const probabilities = softmaxAt(logits, 1 / sharpness);
    let expected = 0;
    for (let c = 0; c < logits.length; c++)
      if (probabilities[c]! > 0) expected += probabilities[c]! * logits[c]!;
    slope += expected - logits[truthId]!;
  }
  return slope;
}
