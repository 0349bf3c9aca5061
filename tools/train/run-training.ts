import { availableParallelism } from 'node:os';
import { openBundle } from '../../src/bundle/bundle.js';
import type { Dataset } from '../datasets/sample.js';
import { manifestScores } from '../evaluate/evaluation.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';
import { makeBundle } from '../export/make-bundle.js';
import { chooseBackend } from './backends/choose-backend.js';
import { tf } from './backends/tf.js';
import type { HistoryRow } from './checkpoint.js';
import { CompiledStep } from './compiled/compiled-step.js';
import { openData } from './open-data.js';
import type { Progress } from './progress-bar.js';
import type { Recipe } from './recipe.js';
import { taskTraining } from './tasks/task-table.js';
import type { TaskTraining } from './tasks/task-training.js';
import { TfStep } from './tf-step.js';
import { type TrainResult, train } from './train.js';
import type { TrainingStep } from './training-step.js';

/** `auto` takes a GPU or tfjs-node when there is one, else the compiled step; the others by name. */
export const trainingBackends = ['auto', 'compiled', 'wasm', 'webgpu', 'tfjs-node'] as const;
export type TrainingBackend = (typeof trainingBackends)[number];

export interface TrainingRequest {
  recipe: Recipe;
  dataDirs: readonly string[];
  outDir: string;
  backend: TrainingBackend;
  threads?: number;
  isResumed: boolean;
  signal?: AbortSignal;
  onNote: (line: string) => void;
  onProgress: (progress: Progress) => void;
}

/** Samples of each validation set that are looked at while training; the final scores use all. */
const validationLimit = 400;
const cacheBytes = 4 * 2 ** 30;

/** Opens the data, builds the network on the chosen backend, and trains it with validation on the way. */
export async function runTraining(request: TrainingRequest): Promise<TrainResult> {
  const { recipe, dataDirs, onNote } = request;
  const training = taskTraining(recipe);
  const { sets, absent } = await openData(recipe.task, recipe.data, dataDirs);
  for (const folder of absent) onNote(`absent, left out: ${folder}`);
  for (const { dataset, weight } of sets) {
    const left = dataset.problems.length > 0 ? `, ${dataset.problems.length} left out` : '';
    onNote(`data: ${dataset.name}, ${dataset.samples.length} samples, weight ${weight}${left}`);
    for (const { where, reason } of dataset.problems.slice(0, 5)) onNote(`  ${where}: ${reason}`);
  }
  const model = await startModel(request, training);
  onNote(
    `network: ${model.network.name}, ${model.step.parameters.length} trainable weights, batch ${recipe.batch}`,
  );
  const validation =
    recipe.validation.length > 0
      ? (await openData(recipe.task, recipe.validation, dataDirs)).sets.map((set) => set.dataset)
      : [];
  const evaluate = () => evaluateModel(model.network, training, validation);
  const result = await train({
    recipe,
    training,
    data: sets.map(({ dataset, weight }) => ({
      dataset: training.prepare?.(dataset) ?? dataset,
      weight,
    })),
    step: model.step,
    outDir: request.outDir,
    isResumed: request.isResumed,
    cacheBytes,
    onProgress: request.onProgress,
    onEvaluated: (row, isBest) => onNote(evaluationLine(row, isBest)),
    ...(validation.length > 0 && { evaluate }),
    ...(request.signal && { signal: request.signal }),
  });
  model.step.dispose();
  model.close();
  return result;
}

interface StartedModel {
  network: tf.LayersModel;
  step: TrainingStep;
  close(): void;
}

async function startModel(request: TrainingRequest, training: TaskTraining): Promise<StartedModel> {
  const { recipe, backend, onNote } = request;
  const threads = request.threads ?? availableParallelism();
  const buildCompiled = async (why: string): Promise<StartedModel> => {
    await tf.setBackend('cpu');
    onNote(`backend: compiled, ${threads} threads (${why})`);
    const network = training.buildNetwork(recipe.seed);
    return {
      network,
      step: new CompiledStep(network, { batch: recipe.batch, threads }),
      close() {},
    };
  };
  if (backend === 'compiled') return buildCompiled('asked for');
  const chosen = await chooseBackend(backend, { threads });
  if (backend === 'auto' && chosen.name === 'wasm') {
    chosen.close();
    return buildCompiled(`the fastest on a CPU; ${chosen.why}`);
  }
  onNote(`backend: ${chosen.name} (${chosen.why})`);
  const network = training.buildNetwork(recipe.seed);
  return { network, step: new TfStep(network, { batch: recipe.batch }), close: chosen.close };
}

/** Exports the model in memory and measures it as the rig would run it. */
async function evaluateModel(
  model: tf.LayersModel,
  training: TaskTraining,
  validation: Dataset[],
): Promise<Record<string, number>> {
  const { files } = makeBundle(model, training, {
    version: '0',
    training: { data: [], seed: 0, command: '' },
    scores: {},
  });
  const bundle = await openBundle(files, 'the network in training');
  const metrics: Record<string, number> = {};
  for (const dataset of validation) {
    const evaluation = await runEvaluation(bundle, dataset, { limit: validationLimit });
    // The first set decides; others are told under their names.
    const prefix = dataset === validation[0] ? '' : `${dataset.name}: `;
    for (const [name, value] of Object.entries(manifestScores(evaluation))) {
      metrics[prefix + name] = value;
    }
  }
  return metrics;
}

function evaluationLine(row: HistoryRow, isBest: boolean): string {
  const told = Object.entries(row.metrics ?? {})
    .filter(([name]) => !name.includes('.'))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`);
  return `epoch ${row.epoch}: ${told.join(', ')}${isBest ? '  (best)' : ''}`;
}
