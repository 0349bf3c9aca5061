import { availableParallelism } from 'node:os';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { tf } from '../layers-to-onnx/tf.js';
import { chooseBackend } from './backends/choose-backend.js';
import { CompiledStep } from './compiled/compiled-step.js';
import { SplitStep } from './compiled/split-step.js';
import { setDropout } from './network-dropout.js';
import type { Recipe } from './recipe.js';
import type { TaskTraining } from './tasks/task-training.js';
import { TfStep } from './tf-step.js';
import type { TrainingStep } from './training-step.js';

/** `auto` takes a GPU or tfjs-node when there is one, else the compiled step; the others by name. */
export const trainingBackends = ['auto', 'compiled', 'wasm', 'webgpu', 'tfjs-node'] as const;
export type TrainingBackend = (typeof trainingBackends)[number];

export interface StartedNetwork {
  network: tf.LayersModel;
  /** Creates the step from the network's current weights. Call it once. */
  createStep(): TrainingStep;
  close(): void;
}

/** Chooses the backend, notes the choice, and builds the network on it. */
export async function startNetwork(
  recipe: Recipe,
  training: TaskTraining,
  options: { backend: TrainingBackend; threads?: number; onNote: (line: string) => void },
): Promise<StartedNetwork> {
  const { backend, onNote } = options;
  const { batch } = recipe;
  const threads = options.threads ?? availableParallelism();
  const build = (): tf.LayersModel => {
    const network = training.buildNetwork(recipe.seed);
    setDropout(network, recipe.dropout);
    return network;
  };
  const compiled = async (why: string): Promise<StartedNetwork> => {
    await tf.setBackend('cpu');
    const { freeze, batchParts: parts = 1 } = recipe;
    const split = parts === 1 ? '' : `, batches in ${parts} parts`;
    onNote(`backend: compiled, ${threads} threads${split} (${why})`);
    const network = build();
    const isAttacked = recipe.augmentation.adversarial !== undefined;
    if (isAttacked && parts > 1) throw needsCompiled('a batch in parts');
    const options = { batch, threads, freeze, inputGradient: isAttacked };
    const createStep = () =>
      parts === 1
        ? new CompiledStep(network, options)
        : new SplitStep(network, { ...options, parts });
    return { network, createStep, close() {} };
  };
  if (backend === 'compiled') return compiled('asked for');
  const chosen = await chooseBackend(backend, { threads });
  if (backend === 'auto' && chosen.name === 'wasm') {
    chosen.close();
    return compiled(`the fastest on a CPU; ${chosen.why}`);
  }
  if (recipe.augmentation.adversarial !== undefined) {
    chosen.close();
    throw needsCompiled(`backend ${chosen.name}`);
  }
  onNote(`backend: ${chosen.name} (${chosen.why})`);
  if (recipe.batchParts) onNote('batchParts is left aside: this backend takes a batch as a whole');
  const network = build();
  return { network, createStep: () => new TfStep(network, { batch }), close: chosen.close };
}

const needsCompiled = (found: string) =>
  new PerceptionError(
    'ERR_CONFIG',
    `augmentation.adversarial: expected the compiled step, whole batches (--backend compiled, no batchParts), found ${found}`,
  );
