import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SignSample } from '../../../tools/datasets/sample.js';
import { tf } from '../../../tools/layers-to-onnx/tf.js';
import { readCheckpoint } from '../../../tools/train/checkpoint.js';
import { CompiledStep } from '../../../tools/train/compiled/compiled-step.js';
import { createInThreadSource } from '../../../tools/train/loading/in-thread-source.js';
import { setDropout } from '../../../tools/train/network-dropout.js';
import { createRandom } from '../../../tools/train/random.js';
import { type Recipe, recipeSchema } from '../../../tools/train/recipe.js';
import { taskTraining } from '../../../tools/train/tasks/task-table.js';
import type { TaskTraining } from '../../../tools/train/tasks/task-training.js';
import { runFiles, train } from '../../../tools/train/train.js';

const recipe: Recipe = recipeSchema.parse({
  task: 'signs',
  seed: 3,
  epochs: 4,
  samplesPerEpoch: 16,
  batch: 8,
  optimizer: { peakRate: 0.003, warmUpSteps: 2 },
  augmentation: { flip: 0 },
  data: [{ format: 'gtsrb-packed', folder: 'unused' }],
});

/** Two classes that differ in colour: something to learn in a few steps. */
const samples: SignSample[] = Array.from({ length: 24 }, (_, i) => ({
  id: `made/${i}`,
  group: `${i}`,
  classId: i % 2,
  load: async () => {
    const random = createRandom(i);
    const data = Uint8Array.from(
      { length: 32 * 32 * 3 },
      (_v, at) => (at % 3 === i % 2 ? 200 : 40) + random.below(40),
    );
    return { widthPx: 32, heightPx: 32, data };
  },
}));

const data = [
  {
    dataset: { task: 'signs' as const, name: 'made', licence: 'none', samples, problems: [] },
    weight: 1,
  },
];
const batchesOf = (training: TaskTraining<'signs'>) =>
  createInThreadSource({ recipe, training, data, cacheBytes: 2 ** 24 });
/** A network of all that a loop must carry on: weights, running statistics, dropout. */
function smallNetwork(seed: number): tf.LayersModel {
  const { layers } = tf;
  const kernelInitializer = tf.initializers.heNormal({ seed });
  const input = tf.input({ shape: [32, 32, 3], name: 'crop' });
  const stem = layers
    .conv2d({ name: 'stem', filters: 4, kernelSize: 8, strides: 8, kernelInitializer })
    .apply(input);
  const map = layers.reLU().apply(layers.batchNormalization({ name: 'stem_norm' }).apply(stem));
  const flat = layers.dropout({ rate: 0.2 }).apply(layers.flatten().apply(map));
  const head = layers.dense({ name: 'logits', units: 43, kernelInitializer });
  return tf.model({ inputs: input, outputs: head.apply(flat) as tf.SymbolicTensor });
}

/** The task's training, as the loop sees it and as a loader does, of a network that takes no time. */
const signsTraining = (of: Recipe = recipe) => {
  const training = taskTraining(of) as unknown as TaskTraining<'signs'>;
  training.buildNetwork = smallNetwork;
  return training;
};

let outDir: string;
interface Extra {
  isResumed?: boolean;
  signal?: AbortSignal;
  onProgress?: () => void;
  /** Scores that the validations get, one after the other; the last one again and again. */
  scores?: number[];
  changes?: object;
}
const start = (training: TaskTraining<'signs'>, extra: Extra = {}) => {
  const changed = recipeSchema.parse({ ...recipe, ...extra.changes });
  const step = new CompiledStep(training.buildNetwork(recipe.seed), { batch: recipe.batch });
  const { scores } = extra;
  const result = train({
    recipe: changed,
    training,
    batches: batchesOf(training),
    step,
    outDir,
    isResumed: extra.isResumed ?? false,
    onProgress: extra.onProgress ?? (() => {}),
    ...(scores && {
      evaluate: async () => ({ accuracy: scores.length > 1 ? scores.shift()! : scores[0]! }),
    }),
    ...(extra.signal && { signal: extra.signal }),
  });
  return { step, result };
};
/** Ends a run after so many steps. */
const stopAfter = (count: number) => {
  const stop = new AbortController();
  let steps = 0;
  const onProgress = () => {
    steps += 1;
    if (steps === count) stop.abort();
  };
  return { signal: stop.signal, onProgress };
};
const bytes = (values: Float32Array) => Buffer.from(values.buffer).toString('base64');

describe('the training loop', () => {
  beforeAll(() => tf.setBackend('cpu'));
  beforeEach(() => {
    outDir = mkdtempSync(join(tmpdir(), 'windshield-train-'));
  });
  afterEach(() => rmSync(outDir, { recursive: true, force: true }));

  it('lowers the loss', async () => {
    const training = signsTraining();
    const losses: number[] = [];
    const sound = training.loss;
    training.loss = (step, batch) => {
      losses.push(sound.call(training, step, batch));
      return losses.at(-1)!;
    };
    await start(training).result;
    expect(losses).toHaveLength(8);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.9);
  });

  it('resumes to the same weights and history wherever it was interrupted', async () => {
    const scores = () => [0.5, 0.7, 0.6, 0.8];
    const whole = start(signsTraining(), { scores: scores() });
    const { history } = await whole.result;
    expect(history.map(({ step }) => step)).toEqual([2, 4, 6, 8]);
    // In an epoch, and between its last step and its evaluation.
    for (const count of [3, 4]) {
      rmSync(outDir, { recursive: true, force: true });
      const left = scores();
      const first = await start(signsTraining(), { scores: left, ...stopAfter(count) }).result;
      expect(first).toMatchObject({ ended: 'stopped', steps: count });
      const resumed = start(signsTraining(), { isResumed: true, scores: left });
      const result = await resumed.result;
      expect(result).toMatchObject({ ended: 'done', bestScore: 0.8, history });
      expect(bytes(resumed.step.parameters)).toBe(bytes(whole.step.parameters));
      const log = readFileSync(join(outDir, runFiles.log), 'utf8').trim().split('\n');
      expect(log.map((line) => JSON.parse(line))).toEqual(history);
    }
  });

  it('ends early when scores stay behind, keeps the best weights, and does not go on when resumed', async () => {
    const changes = { patience: 1 };
    const early = await start(signsTraining(), { changes, scores: [0.5, 0.7, 0.7, 0.9] }).result;
    expect(early).toMatchObject({ ended: 'patience', steps: 6, bestScore: 0.7 });
    expect(readCheckpoint(join(outDir, runFiles.best))?.facts.step).toBe(4);
    const resumed = start(signsTraining(), {
      changes,
      isResumed: true,
      scores: [0.9],
    });
    expect(await resumed.result).toMatchObject({ ended: 'patience', steps: 6 });
  });

  it('lowers the rate on a plateau', async () => {
    const changes = { schedule: { kind: 'plateau', factor: 0.5, patience: 1 } };
    const { history } = await start(signsTraining(), { changes, scores: [1, 1, 1, 1] }).result;
    const rates = history.map(({ learningRate }) => learningRate / 0.003);
    expect(rates).toEqual([1, 1, 0.5, 0.25]);
  });

  it('trains by SGD all but the frozen layers', async () => {
    const optimizer = { ...recipe.optimizer, kind: 'sgd', peakRate: 0.05, nesterov: true };
    const { step, result } = start(signsTraining(), { changes: { optimizer, freeze: ['stem*'] } });
    const before = step.parameters.slice();
    await result;
    for (const { name, offset, length } of step.views) {
      const part = (values: Float32Array) => [...values.subarray(offset, offset + length)];
      if (name.startsWith('stem')) expect(part(step.parameters)).toEqual(part(before));
      else expect(part(step.parameters)).not.toEqual(part(before));
    }
  });

  it('keeps the last complete checkpoint where the next cannot be written', async () => {
    let steps = 0;
    // The disk itself is filled in test/files.
    const inTheWay = join(outDir, `${runFiles.last}.partial`);
    const onProgress = () => {
      steps += 1;
      if (steps === 3) mkdirSync(inTheWay);
    };
    await expect(start(signsTraining(), { onProgress }).result).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringContaining(inTheWay),
    });
    rmSync(inTheWay, { recursive: true });
    expect(readCheckpoint(join(outDir, runFiles.last))?.facts.step).toBe(2);
    expect(await start(signsTraining(), { isResumed: true }).result).toMatchObject({ steps: 8 });
  });

  it('takes its dropout from the recipe', () => {
    const network = smallNetwork(1);
    setDropout(network, 0.55);
    const rates = network.layers.filter((layer) => layer.getClassName() === 'Dropout');
    expect(rates.map((layer) => layer.getConfig()['rate'])).toEqual([0.55]);
  });

  it('stops at a loss that is not finite, names the batch, and keeps the last good checkpoint', async () => {
    const training = signsTraining();
    const sound = training.loss;
    let calls = 0;
    training.loss = (step, batch) => {
      calls += 1;
      return calls === 4 ? Number.NaN : sound.call(training, step, batch);
    };
    await expect(start(training).result).rejects.toMatchObject({
      code: 'ERR_TRAINING',
      message: expect.stringContaining('made/'),
    });
    expect(readCheckpoint(join(outDir, runFiles.last))?.facts.step).toBe(2);
    expect(existsSync(join(outDir, `${runFiles.last}.partial`))).toBe(false);
  });

  it('refuses a checkpoint that is cut short and one of another recipe', async () => {
    await start(signsTraining()).result;
    const path = join(outDir, runFiles.last);
    const other = { ...recipe, seed: 4 };
    const training = signsTraining(other);
    const step = new CompiledStep(training.buildNetwork(4), { batch: 8 });
    const batches = batchesOf(training);
    await expect(
      train({
        recipe: other,
        training,
        batches,
        step,
        outDir,
        isResumed: true,
        onProgress: () => {},
      }),
    ).rejects.toMatchObject({ code: 'ERR_TRAINING' });
    truncateSync(path, readFileSync(path).length - 10);
    await expect(start(signsTraining(), { isResumed: true }).result).rejects.toMatchObject({
      code: 'ERR_TRAINING',
    });
  });
});
