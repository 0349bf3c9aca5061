import { mkdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { turnAdversarial } from './adversarial.js';
import type { HistoryRow } from './checkpoint.js';
import type { Problem } from './data/data-problems.js';
import { movingViews } from './frozen-layers.js';
import { learningRateAt, type RateSchedule } from './learning-rate.js';
import type { BatchSource } from './loading/batch-source.js';
import { optimizerStep } from './optimizer.js';
import type { Recipe } from './recipe.js';
import { runFiles } from './run-files.js';
import { RunState } from './run-state.js';
import { mixSeed } from './sample-order.js';
import type { TaskTraining } from './tasks/task-training.js';
import type { TrainingProgress } from './training-progress.js';
import type { ParameterView, TrainingStep } from './training-step.js';
import type { WeightLayout } from './weight-layout.js';

export { runFiles };

export interface TrainOptions<T extends LabelledTask> {
  recipe: Recipe;
  training: TaskTraining<T>;
  batches: BatchSource;
  step: TrainingStep;
  /** Folder of the run: checkpoints and the log. */
  outDir: string;
  isResumed: boolean;
  /** Names of the weights, kept in the checkpoints. */
  layout?: WeightLayout;
  onProgress: (progress: TrainingProgress) => void;
  /** Samples that did not load and were replaced. */
  onProblems?: (problems: readonly Problem[]) => void;
  /** Evaluates the averaged weights, which are in the model when it is called. Undefined: no validation. */
  evaluate?: () => Promise<Record<string, number>>;
  onEvaluated?: (row: HistoryRow, isBest: boolean) => void;
  /** Ends the run after the current step, with a checkpoint. */
  signal?: AbortSignal;
}

export interface TrainResult {
  steps: number;
  bestScore: number | undefined;
  history: HistoryRow[];
  /** `done`, `patience` (no better score for long enough) or `stopped` (by the signal). */
  ended: 'done' | 'patience' | 'stopped';
}

/**
 * The training loop of every task: take a batch, run the network forward, compute the loss, run it backward,
 * move the weights. Every draw depends on the seed and the step alone, so that an interrupted run resumes to
 * the same weights and the same history. Throws ERR_TRAINING when the loss is not finite and ERR_OUTPUT when a
 * checkpoint cannot be written; the last complete checkpoint stays.
 */
export async function train<T extends LabelledTask>(
  options: TrainOptions<T>,
): Promise<TrainResult> {
  mkdirSync(options.outDir, { recursive: true });
  return new TrainingLoop(options).run();
}

class TrainingLoop<T extends LabelledTask> {
  readonly #options: TrainOptions<T>;
  readonly #stepsPerEpoch: number;
  readonly #totalSteps: number;
  readonly #schedule: RateSchedule;
  readonly #moving: readonly ParameterView[];
  readonly #state: RunState;
  readonly #startedAtMs = performance.now();
  readonly #firstStep: number;
  #learningRate = 0;

  constructor(options: TrainOptions<T>) {
    const { recipe, step } = options;
    this.#options = options;
    this.#stepsPerEpoch = Math.max(1, Math.floor(recipe.samplesPerEpoch / recipe.batch));
    this.#totalSteps = this.#stepsPerEpoch * recipe.epochs;
    const { optimizer, schedule } = recipe;
    this.#schedule = { optimizer, schedule, totalSteps: this.#totalSteps };
    this.#moving = movingViews(step.views, recipe.freeze);
    this.#state = new RunState(options);
    this.#firstStep = this.#state.step;
  }

  async run(): Promise<TrainResult> {
    const { signal } = this.#options;
    const state = this.#state;
    this.#learningRate = this.#rateOf(Math.max(0, state.step - 1));
    // A run may have been stopped between an epoch's last step and its evaluation.
    if (this.#isEpochOpen()) await this.#endEpoch();
    while (state.step < this.#totalSteps && !this.#hasLostPatience()) {
      await this.#takeStep();
      // Everything above may have run without yielding: signals and timers get their turn here.
      await setImmediate();
      if (signal?.aborted === true) {
        state.save(runFiles.last);
        return this.#result('stopped');
      }
      if (this.#isEpochOpen()) await this.#endEpoch();
    }
    if (state.bestScore === undefined) state.save(runFiles.best);
    return this.#result(state.step < this.#totalSteps ? 'patience' : 'done');
  }

  async #takeStep(): Promise<void> {
    const { recipe, training, step, batches } = this.#options;
    const state = this.#state;
    const { batch, samples, problems } = await batches.next(state.step);
    if (problems.length > 0) this.#options.onProblems?.(problems);
    step.input.set(batch.input);
    const { adversarial } = recipe.augmentation;
    if (adversarial !== undefined)
      await turnAdversarial(
        { step, training, batch, recipe: adversarial },
        recipe.seed,
        state.step,
      );
    step.reseed(mixSeed(recipe.seed, state.step, 7));
    await step.forward();
    const loss = training.loss(step, batch);
    if (!Number.isFinite(loss)) throw notFinite('loss', state.step, samples);
    await step.backward();
    const { parameters, gradients } = step;
    this.#learningRate = this.#rateOf(state.step);
    const norm = optimizerStep(
      { parameters, gradients, views: this.#moving },
      state.optimizer,
      this.#learningRate,
      recipe.optimizer,
    );
    if (!Number.isFinite(norm)) throw notFinite('gradient', state.step, samples);
    state.step += 1;
    this.#tellProgress(state.addLoss(loss));
  }

  #tellProgress(loss: number): void {
    const { step } = this.#state;
    const elapsedS = (performance.now() - this.#startedAtMs) / 1000;
    const done = step - this.#firstStep;
    this.#options.onProgress({
      step,
      totalSteps: this.#totalSteps,
      epoch: this.#epoch,
      loss,
      learningRate: this.#learningRate,
      imagesPerS: (done * this.#options.recipe.batch) / elapsedS,
      remainingS: (elapsedS / done) * (this.#totalSteps - step),
    });
  }

  /** The epoch of the last step, from 0. */
  get #epoch(): number {
    return Math.floor((this.#state.step - 1) / this.#stepsPerEpoch);
  }

  #isEpochOpen(): boolean {
    const { step, history } = this.#state;
    return step > 0 && step % this.#stepsPerEpoch === 0 && history.at(-1)?.step !== step;
  }

  /** Evaluates the averaged weights if it is time, keeps the best, and writes the checkpoint to resume from. */
  async #endEpoch(): Promise<void> {
    const { recipe, step, training, evaluate } = this.#options;
    const state = this.#state;
    const epoch = this.#epoch + 1;
    const loss = state.recentLoss ?? Number.NaN;
    const row: HistoryRow = { step: state.step, epoch, loss, learningRate: this.#learningRate };
    const isDue = epoch % recipe.evaluateEveryEpochs === 0 || state.step === this.#totalSteps;
    let isBest = false;
    if (evaluate && isDue) {
      step.writeBack(state.optimizer.average);
      row.metrics = await evaluate();
      const score = training.scoreOf(row.metrics);
      isBest = state.bestScore === undefined || score > state.bestScore;
      if (isBest) {
        state.bestScore = score;
        state.bestStep = state.step;
      }
    }
    state.history.push(row);
    if (isBest) state.save(runFiles.best);
    state.save(runFiles.last);
    state.writeLog();
    if (row.metrics) this.#options.onEvaluated?.(row, isBest);
  }

  #rateOf(step: number): number {
    const { training } = this.#options;
    const scores = this.#state.history.flatMap(({ metrics }) =>
      metrics ? [training.scoreOf(metrics)] : [],
    );
    return learningRateAt(step, this.#schedule, scores);
  }

  #hasLostPatience(): boolean {
    const { recipe } = this.#options;
    const { step, bestScore, bestStep } = this.#state;
    if (recipe.patience === 0 || bestScore === undefined) return false;
    return step - bestStep >= recipe.patience * recipe.evaluateEveryEpochs * this.#stepsPerEpoch;
  }

  #result(ended: TrainResult['ended']): TrainResult {
    const { step, bestScore, history } = this.#state;
    return { steps: step, bestScore, history, ended };
  }
}

function notFinite(what: string, step: number, samples: string[]): PerceptionError {
  return new PerceptionError(
    'ERR_TRAINING',
    `step ${step}: expected a finite ${what}, found one that is not; the batch was ${samples.join(', ')}`,
    { details: { step, samples } },
  );
}
