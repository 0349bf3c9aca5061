import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Task } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { type HistoryRow, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import type { WeightedDataset } from './open-data.js';
import {
  adamStep,
  createOptimizerState,
  learningRateAt,
  type OptimizerState,
} from './optimizer.js';
import { PictureCache } from './picture-cache.js';
import type { Progress } from './progress-bar.js';
import { createRandom } from './random.js';
import type { Recipe } from './recipe.js';
import { mixSeed, SampleOrder } from './sample-order.js';
import type { TaskTraining } from './tasks/task-training.js';
import type { TrainingStep } from './training-step.js';

export interface TrainOptions<T extends Task> {
  recipe: Recipe;
  training: TaskTraining<T>;
  data: WeightedDataset<T>[];
  step: TrainingStep;
  /** Folder of the run: checkpoints and the log. */
  outDir: string;
  isResumed: boolean;
  /** Bytes of decoded pictures that may be kept. */
  cacheBytes: number;
  onProgress: (progress: Progress) => void;
  /** Judges the averaged weights, which stand in the model when it is called. Undefined: no validation. */
  evaluate?: () => Promise<Record<string, number>>;
  onEvaluated?: (row: HistoryRow, isBest: boolean) => void;
  /** Ends the run after the step in hand, with a checkpoint. */
  signal?: AbortSignal;
}

export interface TrainResult {
  steps: number;
  bestScore: number | undefined;
  history: HistoryRow[];
  /** `done`, `patience` (no better score for long enough) or `stopped` (by the signal). */
  ended: 'done' | 'patience' | 'stopped';
}

/** Files of a run. `last` goes on, `best` is exported. */
export const runFiles = { last: 'last.checkpoint', best: 'best.checkpoint', log: 'log.jsonl' };

/** Fingerprint that tells whether a checkpoint belongs to a recipe; how long to train may change. */
export function recipeFingerprint(recipe: Recipe): string {
  const { epochs: _e, evaluateEveryEpochs: _v, patience: _p, validation: _d, ...rest } = recipe;
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}

/**
 * The training loop of every task: fill a batch, run the network forward, let the loss speak, run it backward,
 * move the weights. Every draw depends on the seed and the step alone, so that an interrupted run resumes to
 * the same weights. Throws ERR_TRAINING when the loss is not finite; the last checkpoint stays.
 */
export async function train<T extends Task>(options: TrainOptions<T>): Promise<TrainResult> {
  const { recipe, training, data, step, outDir } = options;
  mkdirSync(outDir, { recursive: true });
  const order = new SampleOrder(data, recipe.seed);
  const cache = new PictureCache(options.cacheBytes);
  const stepsPerEpoch = Math.max(1, Math.floor(recipe.samplesPerEpoch / recipe.batch));
  const totalSteps = stepsPerEpoch * recipe.epochs;
  const schedule = {
    peak: recipe.optimizer.peakRate,
    warmUpSteps: recipe.optimizer.warmUpSteps,
    finalShare: recipe.optimizer.finalShare,
    totalSteps,
  };
  const state = createOptimizerState(step.parameters);
  const run = openRun(options, state);
  const startedAtMs = performance.now();
  let recentLoss: number | undefined;
  const firstStep = run.step;
  const save = (file: string): void => {
    writeCheckpoint(join(outDir, file), {
      facts: {
        task: recipe.task,
        recipeSha256: recipeFingerprint(recipe),
        step: run.step,
        optimizerStep: state.step,
        bestScore: run.bestScore ?? null,
        bestStep: run.bestStep,
        history: run.history,
        elapsedS: run.elapsedS + (performance.now() - startedAtMs) / 1000,
      },
      arrays: {
        parameters: step.parameters,
        average: state.average,
        firstMoment: state.firstMoment,
        secondMoment: state.secondMoment,
        statistics: step.statistics,
      },
    });
  };

  while (run.step < totalSteps) {
    const samples = await fillBatch(options, order, cache, run.step);
    step.reseed(mixSeed(recipe.seed, run.step, 7));
    await step.forward();
    const loss = training.loss(step);
    if (!Number.isFinite(loss)) throw notFinite('loss', run.step, samples);
    await step.backward();
    const learningRate = learningRateAt(run.step, schedule);
    const norm = adamStep(
      step.parameters,
      step.gradients,
      step.views,
      state,
      learningRate,
      recipe.optimizer,
    );
    if (!Number.isFinite(norm)) throw notFinite('gradient', run.step, samples);
    run.step += 1;
    recentLoss = recentLoss === undefined ? loss : 0.97 * recentLoss + 0.03 * loss;
    const elapsedS = (performance.now() - startedAtMs) / 1000;
    const done = run.step - firstStep;
    const epoch = Math.floor((run.step - 1) / stepsPerEpoch);
    options.onProgress({
      step: run.step,
      totalSteps,
      epoch,
      loss: recentLoss,
      learningRate,
      imagesPerS: (done * recipe.batch) / elapsedS,
      remainingS: (elapsedS / done) * (totalSteps - run.step),
    });
    // Everything above may have run without once giving way: signals and timers get their turn here.
    await setImmediate();
    const isStopped = options.signal?.aborted === true;
    if (run.step % stepsPerEpoch === 0 || isStopped || run.step === totalSteps) {
      const row: HistoryRow = { step: run.step, epoch: epoch + 1, loss: recentLoss, learningRate };
      const isDue = (epoch + 1) % recipe.evaluateEveryEpochs === 0 || run.step === totalSteps;
      if (options.evaluate && isDue && !isStopped) {
        step.writeBack(state.average);
        row.metrics = await options.evaluate();
        const score = training.scoreOf(row.metrics);
        const isBest = run.bestScore === undefined || score > run.bestScore;
        if (isBest) {
          run.bestScore = score;
          run.bestStep = run.step;
        }
        run.history.push(row);
        if (isBest) save(runFiles.best);
        options.onEvaluated?.(row, isBest);
      } else {
        run.history.push(row);
      }
      appendFileSync(join(outDir, runFiles.log), `${JSON.stringify(row)}\n`);
      save(runFiles.last);
      if (isStopped)
        return {
          steps: run.step,
          bestScore: run.bestScore,
          history: run.history,
          ended: 'stopped',
        };
      if (hasLostPatience(run, recipe, stepsPerEpoch)) {
        return {
          steps: run.step,
          bestScore: run.bestScore,
          history: run.history,
          ended: 'patience',
        };
      }
    }
  }
  if (run.bestScore === undefined) save(runFiles.best);
  return { steps: run.step, bestScore: run.bestScore, history: run.history, ended: 'done' };
}

interface Run {
  step: number;
  bestScore: number | undefined;
  bestStep: number;
  history: HistoryRow[];
  elapsedS: number;
}

/** Starts afresh, or takes everything from the last checkpoint. */
function openRun<T extends Task>(options: TrainOptions<T>, state: OptimizerState): Run {
  const { recipe, step, outDir } = options;
  const fresh: Run = { step: 0, bestScore: undefined, bestStep: 0, history: [], elapsedS: 0 };
  const path = join(outDir, runFiles.last);
  const checkpoint = options.isResumed ? readCheckpoint(path) : undefined;
  if (!checkpoint) return fresh;
  const { facts, arrays } = checkpoint;
  if (facts.recipeSha256 !== recipeFingerprint(recipe)) {
    throw new PerceptionError(
      'ERR_TRAINING',
      `${path}: expected a checkpoint of this recipe, found one of another; start afresh or give its recipe`,
    );
  }
  step.parameters.set(arrays['parameters']!);
  step.statistics.set(arrays['statistics']!);
  state.average.set(arrays['average']!);
  state.firstMoment.set(arrays['firstMoment']!);
  state.secondMoment.set(arrays['secondMoment']!);
  state.step = facts.optimizerStep;
  return {
    step: facts.step,
    bestScore: facts.bestScore ?? undefined,
    bestStep: facts.bestStep,
    history: facts.history,
    elapsedS: facts.elapsedS,
  };
}

async function fillBatch<T extends Task>(
  options: TrainOptions<T>,
  order: SampleOrder<T>,
  cache: PictureCache,
  stepNumber: number,
): Promise<string[]> {
  const { recipe, training, step } = options;
  const samples = Array.from({ length: recipe.batch }, (_, row) =>
    order.at(stepNumber * recipe.batch + row),
  );
  // Decoding runs on the thread pool for the whole batch at once; drawing is then one picture after the other.
  await Promise.all(samples.map((sample) => cache.load(sample)));
  for (const [row, sample] of samples.entries()) {
    const random = createRandom(mixSeed(recipe.seed, stepNumber, row));
    await training.fill(step, row, sample, random, cache);
  }
  return samples.map((sample) => sample.id);
}

function hasLostPatience(run: Run, recipe: Recipe, stepsPerEpoch: number): boolean {
  if (recipe.patience === 0 || run.bestScore === undefined) return false;
  return run.step - run.bestStep >= recipe.patience * recipe.evaluateEveryEpochs * stepsPerEpoch;
}

function notFinite(what: string, step: number, samples: string[]): PerceptionError {
  return new PerceptionError(
    'ERR_TRAINING',
    `step ${step}: expected a finite ${what}, found one that is not; the batch was ${samples.join(', ')}`,
    { details: { step, samples } },
  );
}
