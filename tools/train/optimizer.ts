import type { OptimizerRecipe } from './recipe.js';
import type { ParameterView } from './training-step.js';

/** State that the optimiser keeps from step to step; all of it is saved in a checkpoint. */
export interface OptimizerState {
  step: number;
  /** Adam's mean of the gradient; SGD's velocity. */
  firstMoment: Float32Array;
  /** Adam's mean of the squared gradient; stays 0 under SGD. */
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

/** The weights that are optimised and their arrays. */
export interface OptimizedWeights {
  parameters: Float32Array;
  gradients: Float32Array;
  /** Where they are; weights outside these views are frozen: they do not move, and their gradients do not count. */
  views: readonly ParameterView[];
}

/**
 * One step of the recipe's optimiser, in place on `parameters`: the gradient with its L2 penalty, scaled down to
 * `clipNorm` where its norm is larger, then Adam or SGD with decoupled weight decay (Loshchilov and Hutter 2019)
 * on kernels, then the moving average of the weights. Returns the norm before clipping. If the norm is not finite,
 * nothing is changed, and the caller decides.
 */
export function optimizerStep(
  weights: OptimizedWeights,
  state: OptimizerState,
  learningRate: number,
  options: OptimizerRecipe,
): number {
  if (options.l2) addPenalty(weights, options.l2);
  const norm = gradientNorm(weights);
  if (!Number.isFinite(norm)) return norm;
  state.step += 1;
  const clip = norm > options.clipNorm ? options.clipNorm / norm : 1;
  if (options.kind === 'sgd') sgdStep(weights, state, learningRate, clip, options);
  else adamStep(weights, state, learningRate, clip, options);
  // Early averages follow quickly, so that the first evaluations do not see the initial weights.
  const keep = Math.min(options.averageDecay, (1 + state.step) / (10 + state.step));
  const { average } = state;
  for (const { offset, length } of weights.views) {
    for (let i = offset; i < offset + length; i++) {
      average[i] = keep * average[i]! + (1 - keep) * weights.parameters[i]!;
    }
  }
  return norm;
}

/** Kernels have two axes or more; biases and normalisation are not penalised. */
const isKernel = ({ shape }: ParameterView): boolean => shape.length > 1;

/** The gradient of l2 / 2 times the sum of the kernels' squares. */
function addPenalty({ parameters, gradients, views }: OptimizedWeights, l2: number): void {
  for (const { offset, length } of views.filter(isKernel)) {
    for (let i = offset; i < offset + length; i++) gradients[i]! += l2 * parameters[i]!;
  }
}

function gradientNorm({ gradients, views }: OptimizedWeights): number {
  let squares = 0;
  for (const { offset, length } of views) {
    for (let i = offset; i < offset + length; i++) squares += gradients[i]! * gradients[i]!;
  }
  return Math.sqrt(squares);
}

/** Adam (Kingma and Ba 2015, algorithm 1). */
function adamStep(
  { parameters, gradients, views }: OptimizedWeights,
  { step, firstMoment, secondMoment }: OptimizerState,
  learningRate: number,
  clip: number,
  { beta1, beta2, epsilon, weightDecay }: OptimizerRecipe,
): void {
  const rate1 = learningRate / (1 - beta1 ** step);
  const bias2 = 1 / (1 - beta2 ** step);
  for (const view of views) {
    const { offset, length } = view;
    const decay = isKernel(view) ? 1 - learningRate * weightDecay : 1;
    for (let i = offset; i < offset + length; i++) {
      const gradient = gradients[i]! * clip;
      const first = beta1 * firstMoment[i]! + (1 - beta1) * gradient;
      const second = beta2 * secondMoment[i]! + (1 - beta2) * gradient * gradient;
      firstMoment[i] = first;
      secondMoment[i] = second;
      parameters[i] =
        parameters[i]! * decay - (rate1 * first) / (Math.sqrt(second * bias2) + epsilon);
    }
  }
}

/**
 * Stochastic gradient descent with momentum: v = momentum v + g, w -= rate v; Nesterov's w -= rate (g + momentum v),
 * in the form of Sutskever et al. 2013 that looks ahead from the current weights.
 */
function sgdStep(
  { parameters, gradients, views }: OptimizedWeights,
  { firstMoment: velocity }: OptimizerState,
  learningRate: number,
  clip: number,
  { momentum = 0.9, nesterov = false, weightDecay }: OptimizerRecipe,
): void {
  for (const view of views) {
    const { offset, length } = view;
    const decay = isKernel(view) ? 1 - learningRate * weightDecay : 1;
    for (let i = offset; i < offset + length; i++) {
      const gradient = gradients[i]! * clip;
      const moved = momentum * velocity[i]! + gradient;
      velocity[i] = moved;
      const direction = nesterov ? gradient + momentum * moved : moved;
      parameters[i] = parameters[i]! * decay - learningRate * direction;
    }
  }
}
