import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SignSample } from '../../../tools/datasets/sample.js';
import { tf } from '../../../tools/train/backends/tf.js';
import { readCheckpoint } from '../../../tools/train/checkpoint.js';
import { CompiledStep } from '../../../tools/train/compiled/compiled-step.js';
import { createInThreadSource } from '../../../tools/train/loading/in-thread-source.js';
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
/** The task's training, as the loop sees it and as a loader does. */
const signsTraining = (of: Recipe = recipe) => taskTraining(of) as unknown as TaskTraining<'signs'>;

let outDir: string;
const start = (
  training: TaskTraining<'signs'>,
  extra: { isResumed?: boolean; signal?: AbortSignal; onProgress?: () => void } = {},
) => {
  const step = new CompiledStep(training.buildNetwork(recipe.seed), { batch: recipe.batch });
  const result = train({
    recipe,
    training,
    batches: batchesOf(training),
    step,
    outDir,
    isResumed: extra.isResumed ?? false,
    onProgress: extra.onProgress ?? (() => {}),
    ...(extra.signal && { signal: extra.signal }),
  });
  return { step, result };
};

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
    expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.6);
  });

  it('resumes an interrupted run to the same weights', async () => {
    const whole = start(signsTraining());
    await whole.result;
    const expected = whole.step.parameters.slice();
    rmSync(outDir, { recursive: true, force: true });

    const stop = new AbortController();
    let steps = 0;
    const onProgress = () => {
      steps += 1;
      if (steps === 3) stop.abort();
    };
    const first = await start(signsTraining(), { signal: stop.signal, onProgress }).result;
    expect(first).toMatchObject({ ended: 'stopped', steps: 3 });
    const resumed = start(signsTraining(), { isResumed: true });
    expect((await resumed.result).ended).toBe('done');
    expect(Buffer.from(resumed.step.parameters.buffer).equals(Buffer.from(expected.buffer))).toBe(
      true,
    );
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
