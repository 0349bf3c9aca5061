import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../datasets/sample.js';
import { readLayerGraph } from '../layers-to-onnx/layer-graph.js';
import type { tf } from '../layers-to-onnx/tf.js';
import type { HistoryRow } from './checkpoint.js';
import type { Problem } from './data/data-problems.js';
import { type Fold, openFold } from './data/folds.js';
import type { DataSummary } from './data/open-training-data.js';
import type { BatchSource } from './loading/batch-source.js';
import { defaultLoaders, openBatches } from './loading/open-batches.js';
import { openData } from './open-data.js';
import type { Recipe } from './recipe.js';
import { runFiles } from './run-files.js';
import { startNetwork, type TrainingBackend } from './start-network.js';
import { taskTraining } from './tasks/task-table.js';
import { type TrainResult, train } from './train.js';
import type { TrainingProgress } from './training-progress.js';
import { startFrom } from './transfer/start-from.js';
import { validate } from './validate.js';
import { weightLayout } from './weight-layout.js';

export { type TrainingBackend, trainingBackends } from './start-network.js';

export interface TrainingRequest {
  recipe: Recipe;
  dataDirs: readonly string[];
  outDir: string;
  backend: TrainingBackend;
  threads?: number;
  /** Threads that fill batches; 0 fills them on the training thread. */
  loaders?: number;
  /** The part of a cross-validation to evaluate on; the others are trained on. */
  fold?: Fold;
  isResumed: boolean;
  signal?: AbortSignal;
  onNote: (line: string) => void;
  onProgress: (progress: TrainingProgress) => void;
}

/** Samples of each validation set that are evaluated during training; the final scores use all. */
const validationLimit = 400;
const cacheBytes = 4 * 2 ** 30;
/** Problems with the data that are shown; all of them go to a file. */
const shownProblems = 5;

/** Opens the data, builds the network on the chosen backend, and trains it, validating during training. */
export async function runTraining(request: TrainingRequest): Promise<TrainResult> {
  const { recipe, onNote, outDir, isResumed } = request;
  const training = taskTraining(recipe);
  const loaders = request.loaders ?? defaultLoaders();
  const { batches, summary } = await openBatches(request, training, { loaders, cacheBytes });
  const ends: (() => void | Promise<void>)[] = [() => batches.close()];
  try {
    mkdirSync(outDir, { recursive: true });
    tellData(summary, loaders, onNote);
    rmSync(join(outDir, runFiles.problems), { force: true });
    const onProblems = (problems: readonly Problem[]): void => tellProblems(problems, request);
    onProblems(summary.problems);
    const validation = await openValidation(request);
    const started = await startNetwork(recipe, training, request);
    ends.unshift(() => started.close());
    const { network } = started;
    const goesOn = isResumed && existsSync(join(outDir, runFiles.last));
    if (recipe.from !== undefined && !goesOn) await transfer(recipe, network, batches, onNote);
    const step = started.createStep();
    ends.unshift(() => step.dispose());
    onNote(
      `network: ${network.name}, ${step.parameters.length} trainable weights, batch ${recipe.batch}`,
    );
    const evaluate = () => validate(network, training, validation, validationLimit);
    return await train({
      recipe,
      training,
      batches,
      step,
      outDir,
      isResumed,
      layout: weightLayout(readLayerGraph(network)),
      onProgress: request.onProgress,
      onProblems,
      onEvaluated: (row, isBest) => onNote(evaluationLine(row, isBest)),
      ...(validation.length > 0 && { evaluate }),
      ...(request.signal && { signal: request.signal }),
    });
  } finally {
    // Threads or a GPU that live on after an error would keep the process from ending.
    for (const end of ends) await end();
  }
}

async function openValidation({ recipe, dataDirs, fold }: TrainingRequest): Promise<Dataset[]> {
  if (fold) return openFold(recipe.task, recipe, dataDirs, fold);
  if (recipe.validation.length === 0) return [];
  const { sets } = await openData(recipe.task, recipe.validation, dataDirs, recipe.classes);
  return sets.map(({ dataset }) => dataset);
}

function tellData(summary: DataSummary, loaders: number, onNote: (line: string) => void): void {
  for (const folder of summary.absent) onNote(`absent, left out: ${folder}`);
  for (const { name, count, weight } of summary.sets) {
    onNote(`data: ${name}, ${count} samples, weight ${weight}`);
  }
  const threads = loaders === 1 ? '1 thread' : `${loaders} threads`;
  onNote(
    `batches: filled ${loaders === 0 ? 'between the steps' : `beside the steps by ${threads}`}`,
  );
}

/** Shows the first problems, and appends all to the run's list. */
function tellProblems(problems: readonly Problem[], { outDir, onNote }: TrainingRequest): void {
  if (problems.length === 0) return;
  const path = join(outDir, runFiles.problems);
  const lines = problems.map(({ where, reason }) => `${where}: ${reason}`);
  appendFileSync(path, `${lines.join('\n')}\n`);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  onNote(`${count} with the data, all in ${path}:`);
  for (const line of lines.slice(0, shownProblems)) onNote(`  ${line}`);
}

async function transfer(
  recipe: Recipe,
  network: tf.LayersModel,
  batches: BatchSource,
  onNote: (line: string) => void,
): Promise<void> {
  const firstBatch = async () => {
    const { batch } = await batches.next(0);
    return { input: batch.input, rows: recipe.batch };
  };
  const { taken, left } = await startFrom(network, recipe.from!, firstBatch);
  const all = taken.length + left.length;
  onNote(`from ${recipe.from}: the weights of ${taken.length} of ${all} layers`);
  for (const { layer, reason } of left) onNote(`  ${layer} begins afresh: ${reason}`);
}

function evaluationLine(row: HistoryRow, isBest: boolean): string {
  const told = Object.entries(row.metrics ?? {})
    .filter(([name]) => !name.includes('.'))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`);
  return `epoch ${row.epoch}: ${told.join(', ')}${isBest ? '  (best)' : ''}`;
}
