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
  /** Names of the weights, for whoever begins with this run's. */
  layout?: WeightLayout;
}

/** Where a training run stands, and how that gets to the disk and back. */
export class RunState {
  readonly optimizer: OptimizerState;
  /** Steps that were taken. */
  step = 0;
  bestScore: number | undefined;
  bestStep = 0;
  history: HistoryRow[] = [];
  /** Mean of the loss that forgets: what people are shown. */
  recentLoss: number | undefined;
  readonly #options: RunOptions;
  readonly #startedAtMs = performance.now();
  #elapsedBeforeS = 0;

  /** Starts afresh, or takes everything from the last checkpoint. Throws ERR_TRAINING for one of another recipe. */
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

  /** Writes a checkpoint. Throws ERR_OUTPUT where that fails; the file's last complete state stands. */
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

  /** Writes the log as the history has it: a run that was resumed does not tell an epoch twice. */
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
