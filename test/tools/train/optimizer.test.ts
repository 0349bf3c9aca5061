import { describe, expect, it } from 'vitest';
import { movingViews } from '../../../tools/train/frozen-layers.js';
import { learningRateAt, plateauReductions } from '../../../tools/train/learning-rate.js';
import { createOptimizerState, optimizerStep } from '../../../tools/train/optimizer.js';
import { createRandom } from '../../../tools/train/random.js';
import { type OptimizerRecipe, recipeSchema } from '../../../tools/train/recipe.js';
import type { ParameterView } from '../../../tools/train/training-step.js';

const { optimizer: defaults } = recipeSchema.parse({
  task: 'signs',
  seed: 1,
  epochs: 1,
  samplesPerEpoch: 1,
  batch: 1,
  optimizer: { peakRate: 0.1 },
  augmentation: {},
  data: [{ format: 'gtsrb', folder: 'unused' }],
});
/** A kernel of four weights and a bias of two. */
const views: ParameterView[] = [
  { name: 'first/kernel', shape: [2, 2], offset: 0, length: 4 },
  { name: 'second/bias', shape: [2], offset: 4, length: 2 },
];
const random = createRandom(9);
const normals = (): number[] => Array.from({ length: 6 }, () => random.normal());

/** The optimisers as their papers write them, one weight at a time in double precision. */
function slowly(start: number[], gradients: number[][], rate: number, options: OptimizerRecipe) {
  const weights = [...start];
  const average = [...start];
  const [first, second] = [start.map(() => 0), start.map(() => 0)];
  gradients.forEach((given, index) => {
    const t = index + 1;
    const full = given.map((g, i) => g + (i < 4 ? (options.l2 ?? 0) * weights[i]! : 0));
    const norm = Math.hypot(...full);
    full.forEach((value, i) => {
      const g = norm > options.clipNorm ? (value * options.clipNorm) / norm : value;
      const shrink = i < 4 ? rate * options.weightDecay * weights[i]! : 0;
      let direction: number;
      if (options.kind === 'sgd') {
        const mu = options.momentum ?? 0.9;
        first[i] = mu * first[i]! + g;
        direction = options.nesterov ? g + mu * first[i]! : first[i]!;
      } else {
        first[i] = options.beta1 * first[i]! + (1 - options.beta1) * g;
        second[i] = options.beta2 * second[i]! + (1 - options.beta2) * g * g;
        const mean = first[i]! / (1 - options.beta1 ** t);
        const variance = second[i]! / (1 - options.beta2 ** t);
        direction = mean / (Math.sqrt(variance) + options.epsilon);
      }
      weights[i] = weights[i]! - shrink - rate * direction;
      const keep = Math.min(options.averageDecay, (1 + t) / (10 + t));
      average[i] = keep * average[i]! + (1 - keep) * weights[i]!;
    });
  });
  return { weights, average };
}

describe('an optimiser step', () => {
  it.each<[string, Partial<OptimizerRecipe>]>([
    ['Adam', {}],
    ['Adam with decoupled decay', { weightDecay: 0.3 }],
    ['Adam with an L2 penalty', { l2: 0.2 }],
    ['clipped Adam', { clipNorm: 0.5 }],
    ['SGD with momentum', { kind: 'sgd' }],
    ['SGD without momentum', { kind: 'sgd', momentum: 0 }],
    ['SGD with Nesterov momentum', { kind: 'sgd', momentum: 0.8, nesterov: true }],
    ['SGD with everything', { kind: 'sgd', l2: 0.1, weightDecay: 0.1, clipNorm: 1 }],
  ])('of %s follows its paper, averages and all', (_name, changes) => {
    const options = { ...defaults, ...changes };
    const start = normals();
    const gradients = Array.from({ length: 20 }, normals);
    const expected = slowly(start, gradients, 0.05, options);
    const parameters = Float32Array.from(start);
    const state = createOptimizerState(parameters);
    for (const gradient of gradients) {
      const weights = { parameters, gradients: Float32Array.from(gradient), views };
      optimizerStep(weights, state, 0.05, options);
    }
    const differences = [
      ...expected.weights.map((value, i) => Math.abs(parameters[i]! - value)),
      ...expected.average.map((value, i) => Math.abs(state.average[i]! - value)),
    ];
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });

  it('of SGD is what the arithmetic by hand says', () => {
    const parameters = Float32Array.of(1, 1, 1, 1, 1, 1);
    const state = createOptimizerState(parameters);
    const options = { ...defaults, kind: 'sgd' as const, momentum: 0.5 };
    const step = () =>
      optimizerStep(
        { parameters, gradients: new Float32Array(6).fill(1), views },
        state,
        0.1,
        options,
      );
    expect(step()).toBeCloseTo(Math.sqrt(6), 6);
    expect(parameters[0]).toBeCloseTo(0.9, 6);
    step();
    // Velocity 0.5 * 1 + 1.
    expect(parameters[0]).toBeCloseTo(0.75, 6);
  });

  it('leaves everything as it was when the norm is not finite', () => {
    const parameters = Float32Array.from(normals());
    const state = createOptimizerState(parameters);
    const before = parameters.slice();
    const gradients = Float32Array.of(1, 2, Number.NaN, 4, 5, 6);
    expect(optimizerStep({ parameters, gradients, views }, state, 0.1, defaults)).toBeNaN();
    expect(parameters).toEqual(before);
    expect(state.step).toBe(0);
  });

  it('neither moves frozen weights nor counts their gradients', () => {
    const moving = movingViews(views, ['fir?t']);
    const parameters = Float32Array.from(normals());
    const state = createOptimizerState(parameters);
    const before = parameters.slice();
    const gradients = Float32Array.of(Number.NaN, 9, 9, 9, 3, 4);
    const options = { ...defaults, weightDecay: 0.5, l2: 0.5 };
    expect(optimizerStep({ parameters, gradients, views: moving }, state, 0.1, options)).toBe(5);
    expect(parameters.subarray(0, 4)).toEqual(before.subarray(0, 4));
    expect(state.average.subarray(0, 4)).toEqual(before.subarray(0, 4));
    expect(parameters[4]).not.toBe(before[4]);
  });
});

describe('frozen layers', () => {
  it('are named by patterns that must match something and leave something', () => {
    expect(movingViews(views, undefined)).toEqual(views);
    expect(movingViews(views, ['sec*']).map(({ name }) => name)).toEqual(['first/kernel']);
    expect(() => movingViews(views, ['first', 'frist'])).toThrow(/first, second.*found "frist"/);
    expect(() => movingViews(views, ['*'])).toThrow(/all 2 frozen/);
    // A dot is a dot: no pattern is a regular expression.
    expect(() => movingViews(views, ['f....'])).toThrow(/found/);
  });
});

describe('the learning rate', () => {
  const optimizer = { peakRate: 1, warmUpSteps: 4, finalShare: 0.1 };
  const rates = (schedule: Parameters<typeof learningRateAt>[1]['schedule'], scores?: number[]) =>
    [0, 3, 4, 54, 104].map((step) =>
      learningRateAt(step, { optimizer, schedule, totalSteps: 104 }, scores),
    );

  it('warms up and follows a cosine to its final share', () => {
    const expected = [0.25, 1, 1, 0.55, 0.1];
    expect(rates(undefined).map((rate) => Number(rate.toFixed(9)))).toEqual(expected);
    expect(rates({ kind: 'cosine' })).toEqual(rates(undefined));
  });

  it('stays after the warm-up when constant', () => {
    expect(rates({ kind: 'constant' })).toEqual([0.25, 1, 1, 1, 1]);
  });

  it('falls on plateaus of the validation, but not below its final share', () => {
    const plateau = { kind: 'plateau' as const, factor: 0.5, patience: 2 };
    expect(rates(plateau, [1, 2, 1.5, 1.9])).toEqual([0.25, 1, 0.5, 0.5, 0.5]);
    expect(rates(plateau, new Array(40).fill(1))[4]).toBe(0.1);
    expect(plateauReductions([], 2)).toBe(0);
    // Two without a better one, a better one, one without: only the first two count.
    expect(plateauReductions([3, 1, 2, 4, 4], 2)).toBe(1);
  });
});
