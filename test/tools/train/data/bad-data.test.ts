import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset, SegmentationSample } from '../../../../tools/datasets/sample.js';
import { missingClasses } from '../../../../tools/train/data/class-counts.js';
import { regroupClasses } from '../../../../tools/train/data/class-groups.js';
import { withoutEmptyMasks } from '../../../../tools/train/data/empty-masks.js';
import { foldsOfGroups, openFold } from '../../../../tools/train/data/folds.js';
import { openTrainingData } from '../../../../tools/train/data/open-training-data.js';
import { type Recipe, recipeSchema } from '../../../../tools/train/recipe.js';
import { taskTraining } from '../../../../tools/train/tasks/task-table.js';
import type { TaskTraining } from '../../../../tools/train/tasks/task-training.js';
import { tinySigns, writeTinySigns } from '../../../support/tiny-signs.js';

let dir: string;
const recipeOf = (changes: object = {}): Recipe =>
  recipeSchema.parse({
    task: 'signs',
    seed: 5,
    epochs: 1,
    samplesPerEpoch: 8,
    batch: 4,
    optimizer: { peakRate: 0.003 },
    augmentation: {},
    data: [{ format: 'gtsrb-packed', folder: 'packed', split: 'train32', part: 'all' }],
    validation: [{ format: 'gtsrb-packed', folder: 'packed', split: 'val32', part: 'all' }],
    ...changes,
  });
const open = (recipe: Recipe, fold?: { index: number; count: number }) => {
  const training = taskTraining(recipe) as unknown as TaskTraining<'signs'>;
  return openTrainingData({ recipe, dataDirs: [dir], ...(fold && { fold }) }, training);
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'windshield-data-'));
  const signs = [...tinySigns([0, 1], 4), { classId: 99, track: 0, frame: 0 }];
  writeTinySigns(join(dir, 'packed'), 'train32', signs);
  // Track 3 of class 1 stands in both.
  writeTinySigns(join(dir, 'packed'), 'val32', [{ classId: 1, track: 3, frame: 2 }]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('what is wrong with training data', () => {
  it('is left out and counted: labels that are no class, tracks that validation holds, classes without examples', async () => {
    const { sets, summary } = await open(recipeOf());
    expect(sets[0]!.dataset.samples).toHaveLength(21);
    expect(sets[0]!.dataset.samples.map(({ group }) => group)).not.toContain('1/00003');
    const told = summary.problems.map(({ where, reason }) => `${where}: ${reason}`);
    expect(told[0]).toMatch(/train32\.labels\.u8 row 24: .*found 99/);
    expect(told[1]).toMatch(/00001\/00003_00000\.ppm: .*track 1\/00003 in .*val32.*3 samples/);
    const missing = told.filter((line) => line.includes('found none of'));
    expect(missing).toHaveLength(41);
    expect(missing[0]).toMatch(/speed_limit_50$/);
  });

  it('ends the run where the recipe says so', async () => {
    await expect(open(recipeOf({ onBadData: 'stop' }))).rejects.toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringMatching(/row 24: .*and 42 more/),
    });
  });

  it('is a class that has boxes to ignore alone, and none that has one to learn', () => {
    const box = (className: string, weight: number) => ({
      className,
      weight,
      boxXyxyPx: [0, 0, 1, 1] as [number, number, number, number],
    });
    const dataset = {
      task: 'detection' as const,
      name: 'made',
      licence: '',
      problems: [],
      samples: [
        {
          id: 'a',
          group: 'a',
          boxes: [box('car', 1), box('bus', 0)],
          load: () => Promise.reject(new Error('not looked at')),
        },
      ],
    };
    const decode = { kind: 'ssd', classes: ['car', 'bus'] } as never;
    const found = missingClasses([{ dataset, weight: 1 }], decode);
    expect(found.map(({ reason }) => reason)).toEqual([expect.stringContaining('none of bus')]);
  });

  it('is a mask without a label, or one that does not decode', async () => {
    const sample = (id: string, loadClassMap: () => Promise<Uint8Array>): SegmentationSample => ({
      id,
      group: id,
      load: () => Promise.reject(new Error('not looked at')),
      loadClassMap,
    });
    const dataset: Dataset<'segmentation'> = {
      task: 'segmentation',
      name: 'made',
      licence: '',
      problems: [],
      samples: [
        sample('good', async () => Uint8Array.of(255, 3, 3, 7)),
        sample('empty', async () => new Uint8Array(4).fill(255)),
        sample('broken', () => Promise.reject(new Error('expected a picture: broken.png'))),
      ],
    };
    const problems: Dataset['problems'] = [];
    const [set] = await withoutEmptyMasks([{ dataset, weight: 1 }], problems);
    expect(set!.dataset.samples.map(({ id }) => id)).toEqual(['good']);
    expect(problems).toEqual([
      { where: 'empty', reason: expect.stringContaining('labelled pixel') },
      { where: 'broken', reason: expect.stringContaining('broken.png') },
    ]);
  });
});

describe('folds', () => {
  it('part groups evenly, without overlap, whatever their order', () => {
    const groups = Array.from({ length: 23 }, (_, i) => `track-${i}`);
    const folds = foldsOfGroups(groups, 5, 3);
    const sizes = [0, 1, 2, 3, 4].map(
      (fold) => [...folds.values()].filter((f) => f === fold).length,
    );
    expect(sizes.sort()).toEqual([4, 4, 5, 5, 5]);
    expect(foldsOfGroups([...groups].reverse(), 5, 3)).toEqual(folds);
    expect(foldsOfGroups(groups, 5, 4)).not.toEqual(folds);
  });

  it('train on what they are not judged by, each sample judged once', async () => {
    const recipe = recipeOf({ validation: [] });
    const judged: string[] = [];
    for (const index of [0, 1, 2]) {
      const fold = { index, count: 3 };
      const [held] = await openFold('signs', recipe, [dir], fold);
      const { sets } = await open(recipe, fold);
      const groups = new Set(sets[0]!.dataset.samples.map(({ group }) => group));
      for (const { id, group } of held!.samples) {
        expect(groups.has(group)).toBe(false);
        judged.push(id);
      }
      expect(held!.samples.length + sets[0]!.dataset.samples.length).toBe(24);
    }
    expect(new Set(judged).size).toBe(24);
  });
});

describe("a user's own classes", () => {
  const dataset: Dataset<'signs'> = {
    task: 'signs',
    name: 'made',
    licence: '',
    problems: [],
    samples: [1, 13, 14, 2].map((classId) => ({
      id: `${classId}`,
      group: `${classId}`,
      classId,
      load: () => Promise.reject(new Error('not looked at')),
    })),
  };

  it('take classes together, and leave out what no group holds', () => {
    const limit = ['speed_limit_30', 'speed_limit_50'];
    const regrouped = regroupClasses(dataset, { halt: ['stop'], limit });
    expect(regrouped.classes).toEqual(['halt', 'limit']);
    expect(regrouped.samples.map(({ id, classId }) => [id, classId])).toEqual([
      ['1', 1],
      ['14', 0],
      ['2', 1],
    ]);
  });

  it('refuse names that are not there or stand twice', () => {
    expect(() => regroupClasses(dataset, { halt: ['stopp'] })).toThrow(/found "stopp"/);
    expect(() => regroupClasses(dataset, { a: ['stop'], b: ['stop'] })).toThrow(/"stop" in two/);
  });
});
