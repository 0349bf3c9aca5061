import type { ParameterView } from './training-step.js';

export interface AdamOptions {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled weight decay a step, as a share of the learning rate; kernels only. */
  weightDecay: number;
  /** Largest Euclidean norm of the whole gradient; larger ones are scaled down to it. */
  clipNorm: number;
  /** Share of the old average that a step of the moving average of the weights keeps, at the end of its warm-up. */
  averageDecay: number;
}

/** What the optimiser carries from step to step: all of it goes into a checkpoint. */
export interface OptimizerState {
  step: number;
  firstMoment: Float32Array;
  secondMoment: Float32Array;
  /** Exponential moving average of the weights: what is evaluated and exported. */
  average: Float32Array;
}

/** A fresh state for weights at their initial values. */
export function createOptimizerState(parameters: Float32Array): OptimizerState {
  return {
    step: 0,
    firstMoment: new Float32Array(parameters.length),
    secondMoment: new Float32Array(parameters.length),
    average: parameters.slice(),
  };
}

/**
 * One step of Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019), in place on
 * `parameters`. Returns the gradient's norm before clipping; a norm that is not finite leaves everything as
 * it was, and the caller decides.
 */
export function adamStep(
  parameters: Float32Array,
  gradients: Float32Array,
  views: readonly ParameterView[],
  state: OptimizerState,
  learningRate: number,
  options: AdamOptions,
): number {
  let squares = 0;
  for (let i = 0; i < gradients.length; i++) squares += gradients[i]! * gradients[i]!;
  const norm = Math.sqrt(squares);
  if (!Number.isFinite(norm)) return norm;
  state.step += 1;
  const clip = norm > options.clipNorm ? options.clipNorm / norm : 1;
  const { beta1, beta2, epsilon } = options;
  const rate1 = learningRate / (1 - beta1 ** state.step);
  const bias2 = 1 / (1 - beta2 ** state.step);
  const { firstMoment, secondMoment, average } = state;
  // Young averages follow quickly, so that the first evaluations do not see the initial weights.
  const keep = Math.min(options.averageDecay, (1 + state.step) / (10 + state.step));
  for (const { shape, offset, length } of views) {
    const decay = shape.length > 1 ? 1 - learningRate * options.weightDecay : 1;
    for (let i = offset; i < offset + length; i++) {
      const gradient = gradients[i]! * clip;
      const first = beta1 * firstMoment[i]! + (1 - beta1) * gradient;
      const second = beta2 * secondMoment[i]! + (1 - beta2) * gradient * gradient;
      firstMoment[i] = first;
      secondMoment[i] = second;
      const moved =
        parameters[i]! * decay - (rate1 * first) / (Math.sqrt(second * bias2) + epsilon);
      parameters[i] = moved;
      average[i] = keep * average[i]! + (1 - keep) * moved;
    }
  }
  return norm;
}

/** Linear warm-up, then a cosine from the peak to `finalShare` of it (Loshchilov and Hutter 2017). `step` counts from 0. */
export function learningRateAt(
  step: number,
  schedule: { peak: number; warmUpSteps: number; totalSteps: number; finalShare: number },
): number {
  const { peak, warmUpSteps, totalSteps, finalShare } = schedule;
  if (step < warmUpSteps) return (peak * (step + 1)) / warmUpSteps;
  const progress = Math.min(1, (step - warmUpSteps) / Math.max(1, totalSteps - warmUpSteps));
  return peak * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
