import { join } from 'node:path';
import { writeWhole } from '../../src/files/write-whole.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { type HistoryRow, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { createOptimizerState, type OptimizerState } from './optimizer.js';
import type { Recipe } from './recipe.js';
import { recipeFingerprint } from './recipe-fingerprint.js';
import { runFiles } from './run-files.js';
import type { TrainingStep } from './training-step.js';
import type { WeightLayout } from './weight-layout.js';

export interface RunOptions {
  recipe: Recipe;
  step: TrainingStep;
  outDir: string;
  isResumed: boolean;
  /** Names of the weights, for runs that start from this one's. */
  layout?: WeightLayout;
}

/** State of a training run, and how it is saved and restored. */
export class RunState {
  readonly optimizer: OptimizerState;
  /** Steps taken. */
  step = 0;
  bestScore: number | undefined;
  bestStep = 0;
  history: HistoryRow[] = [];
  /** Exponential moving average of the loss, for display. */
  recentLoss: number | undefined;
  readonly #options: RunOptions;
  readonly #startedAtMs = performance.now();
  #elapsedBeforeS = 0;

  /** Starts a new run, or restores the last checkpoint. Throws ERR_TRAINING if that belongs to another recipe. */
  constructor(options: RunOptions) {
    this.#options = options;
    this.optimizer = createOptimizerState(options.step.parameters);
    if (options.isResumed) this.#restore();
  }

  get #elapsedS(): number {
    return this.#elapsedBeforeS + (performance.now() - this.#startedAtMs) / 1000;
  }

  addLoss(loss: number): number {
    this.recentLoss = this.recentLoss === undefined ? loss : 0.97 * this.recentLoss + 0.03 * loss;
    return this.recentLoss;
  }

  /** Writes a checkpoint. Throws ERR_OUTPUT if that fails; the previous file is then unchanged. */
  save(file: string): void {
    const { recipe, step, outDir, layout } = this.#options;
    const { optimizer } = this;
    writeCheckpoint(join(outDir, file), {
      facts: {
        task: recipe.task,
        recipeSha256: recipeFingerprint(recipe),
        step: this.step,
        optimizerStep: optimizer.step,
        bestScore: this.bestScore ?? null,
        bestStep: this.bestStep,
        history: this.history,
        elapsedS: this.#elapsedS,
        ...(this.recentLoss !== undefined && { recentLoss: this.recentLoss }),
        ...(layout && { layout }),
      },
      arrays: {
        parameters: step.parameters,
        average: optimizer.average,
        firstMoment: optimizer.firstMoment,
        secondMoment: optimizer.secondMoment,
        statistics: step.statistics,
      },
    });
  }

  /** Rewrites the log from the history, so that a resumed run does not log an epoch twice. */
  writeLog(): void {
    const lines = this.history.map((row) => `${JSON.stringify(row)}\n`).join('');
    writeWhole(join(this.#options.outDir, runFiles.log), lines);
  }

  #restore(): void {
    const { recipe, step, outDir } = this.#options;
    const path = join(outDir, runFiles.last);
    const checkpoint = readCheckpoint(path);
    if (!checkpoint) return;
    const { facts, arrays } = checkpoint;
    if (facts.recipeSha256 !== recipeFingerprint(recipe)) {
      throw new PerceptionError(
        'ERR_TRAINING',
        `${path}: expected a checkpoint of this recipe, found one of another; start afresh or give its recipe`,
      );
    }
    const { optimizer } = this;
    const targets = { ...optimizer, parameters: step.parameters, statistics: step.statistics };
    for (const name of [
      'parameters',
      'statistics',
      'average',
      'firstMoment',
      'secondMoment',
    ] as const) {
      const found = arrays[name]?.length;
      if (found !== targets[name].length) {
        throw new PerceptionError(
          'ERR_TRAINING',
          `${path}: expected ${targets[name].length} values of ${name}, found ${found}; the network has changed`,
        );
      }
      targets[name].set(arrays[name]!);
    }
    optimizer.step = facts.optimizerStep;
    this.step = facts.step;
    this.bestScore = facts.bestScore ?? undefined;
    this.bestStep = facts.bestStep;
    this.history = facts.history;
    this.recentLoss = facts.recentLoss;
    this.#elapsedBeforeS = facts.elapsedS;
  }
}
