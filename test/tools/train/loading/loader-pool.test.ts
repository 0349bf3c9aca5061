import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePpm } from '../../../../src/codec/ppm.js';
import type { BatchSource } from '../../../../tools/train/loading/batch-source.js';
import { openBatches } from '../../../../tools/train/loading/open-batches.js';
import { type Recipe, recipeSchema } from '../../../../tools/train/recipe.js';
import { taskTraining } from '../../../../tools/train/tasks/task-table.js';
import { tinySignPixels, tinySigns, writeTinySigns } from '../../../support/tiny-signs.js';

let dir: string;
const recipeOf = (changes: object = {}): Recipe =>
  recipeSchema.parse({
    task: 'signs',
    seed: 5,
    epochs: 1,
    samplesPerEpoch: 64,
    batch: 8,
    optimizer: { peakRate: 0.003 },
    augmentation: { colour: 1, geometry: 1 },
    data: [{ format: 'gtsrb-packed', folder: 'packed', split: 'train32', part: 'all' }],
    ...changes,
  });
const open = async (recipe: Recipe, loaders: number): Promise<BatchSource> => {
  const request = { recipe, dataDirs: [dir] };
  const training = taskTraining(recipe);
  return (await openBatches(request, training, { loaders, cacheBytes: 2 ** 20 })).batches;
};

/** A batch's bytes: the source hands on memory that it will use again. */
const bytesOf = async (source: BatchSource, step: number): Promise<string> => {
  const { batch, samples } = await source.next(step);
  const arrays = [batch.input, ...Object.values(batch.targets)];
  const parts = arrays.map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'),
  );
  return [...samples, ...parts].join('\n');
};

// Threads that load TensorFlow.js: seconds each on a machine that has other things to do.
describe('batches filled on other threads', { timeout: 240_000 }, () => {
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'windshield-loaders-'));
    writeTinySigns(join(dir, 'packed'), 'train32', tinySigns([0, 1, 2, 3], 4));
    // One folder a class; one of the files is no picture.
    for (const name of ['one', 'two']) {
      mkdirSync(join(dir, 'folders', name), { recursive: true });
      for (let frame = 0; frame < 3; frame++) {
        const data = tinySignPixels({ classId: name.length, track: 0, frame });
        const file = join(dir, 'folders', name, `${frame}_0.ppm`);
        writeFileSync(file, encodePpm({ widthPx: 32, heightPx: 32, data }));
      }
    }
    writeFileSync(join(dir, 'folders', 'two', '9_0.ppm'), 'no picture at all');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('are byte for byte those of the training thread, whatever their number and where they begin', async () => {
    const recipe = recipeOf();
    const inThread = await open(recipe, 0);
    const expected = [];
    for (let step = 0; step < 6; step++) expected.push(await bytesOf(inThread, step));
    expect(new Set(expected).size).toBe(6);
    const pool = await open(recipe, 2);
    for (let step = 0; step < 6; step++) expect(await bytesOf(pool, step)).toBe(expected[step]);
    // A run that goes back, as a resumed one would begin elsewhere.
    for (const step of [2, 3]) expect(await bytesOf(pool, step)).toBe(expected[step]);
    // The batch in hand stays as it is while the next ones are filled.
    const { batch } = await pool.next(4);
    const before = batch.input.slice();
    await setTimeout(300);
    expect(batch.input).toEqual(before);
    await pool.close();
  });

  it('leave out what does not load, naming the file, and put the same sample in its place', async () => {
    const data = [{ format: 'sign-folders', folder: 'folders', part: 'all' }];
    const recipe = recipeOf({ data, classes: { one: ['one'], two: ['two'] } });
    // Two loaders: each meets the file, in steps that it fills side by side.
    const [inThread, pool] = [await open(recipe, 0), await open(recipe, 2)];
    const reasons: string[] = [];
    for (let step = 0; step < 6; step++) {
      const { samples, problems } = await inThread.next(step);
      expect(samples).not.toContain('two/9_0.ppm');
      const other = await pool.next(step);
      expect(other.samples).toEqual(samples);
      expect(other.problems).toEqual(problems);
      reasons.push(...problems.map(({ reason }) => reason));
    }
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/expected a picture.*folders\/two\/9_0\.ppm/);
    await pool.close();
  });

  it('end the run at what does not load where the recipe says so, and at data that is not there', async () => {
    const data = [{ format: 'sign-folders', folder: 'folders', part: 'all' }];
    const classes = { one: ['one'], two: ['two'] };
    const pool = await open(recipeOf({ data, classes, onBadData: 'stop' }), 1);
    const all = async () => {
      for (let step = 0; step < 3; step++) await pool.next(step);
    };
    await expect(all()).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('two/9_0.ppm'),
    });
    await pool.close();
    const missing = [{ format: 'gtsrb-packed', folder: 'nowhere', split: 'train32', part: 'all' }];
    await expect(open(recipeOf({ data: missing }), 1)).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('nowhere'),
    });
  });
});
