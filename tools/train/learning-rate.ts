import type { OptimizerRecipe, ScheduleRecipe } from './recipe.js';

/** What determines the learning rate of a step. */
export interface RateSchedule {
  optimizer: Pick<OptimizerRecipe, 'peakRate' | 'warmUpSteps' | 'finalShare'>;
  schedule: ScheduleRecipe | undefined;
  totalSteps: number;
}

/**
 * The learning rate of a step, counted from 0: a linear warm-up to the peak, then a cosine from the peak to
 * `finalShare` of it (Loshchilov and Hutter 2017), or constant, or on plateaus: multiplied by `factor` for every
 * `patience` validations without a better score. `scores` are those of all validations so far, the first one first.
 */
export function learningRateAt(
  step: number,
  { optimizer, schedule, totalSteps }: RateSchedule,
  scores: readonly number[] = [],
): number {
  const { peakRate, warmUpSteps, finalShare } = optimizer;
  if (step < warmUpSteps) return (peakRate * (step + 1)) / warmUpSteps;
  if (schedule?.kind === 'constant') return peakRate;
  if (schedule?.kind === 'plateau') {
    const reductions = plateauReductions(scores, schedule.patience);
    return peakRate * Math.max(finalShare, schedule.factor ** reductions);
  }
  const progress = Math.min(1, (step - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps));
  return peakRate * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** How often `patience` scores in a row were no better than the best before them; the count restarts after each. */
export function plateauReductions(scores: readonly number[], patience: number): number {
  let best = Number.NEGATIVE_INFINITY;
  let waited = 0;
  let reductions = 0;
  for (const score of scores) {
    if (score > best) {
      best = score;
      waited = 0;
      continue;
    }
    waited += 1;
    if (waited < patience) continue;
    reductions += 1;
    waited = 0;
  }
  return reductions;
}
