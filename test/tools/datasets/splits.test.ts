import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset, HoldOut, SignSample } from '../../../tools/datasets/sample.js';
import {
  hashToUnit,
  heldOutFifth,
  selectSplit,
  splitByGroup,
} from '../../../tools/datasets/splits.js';

function datasetOf(groups: string[], holdOut?: HoldOut): Dataset<'signs'> {
  const samples = groups.map(
    (group, index): SignSample => ({
      id: `${index}`,
      group,
      classId: 0,
      load: () => Promise.reject(new Error('not asked for')),
    }),
  );
  const base: Dataset<'signs'> = { task: 'signs', name: 'x', licence: '', samples, problems: [] };
  return holdOut ? { ...base, holdOut } : base;
}
const groupsOf = (dataset: Dataset<'signs'>) => new Set(dataset.samples.map(({ group }) => group));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `road${index}.jpg`);

test('the two parts hold every sample once and share no group', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer(),
      (groups, share, seed) => {
        const { kept, heldOut } = splitByGroup(datasetOf(groups), share, seed);
        const ids = [...kept.samples, ...heldOut.samples].map(({ id }) => Number(id));
        expect(ids.sort((a, b) => a - b)).toEqual(groups.map((_, index) => index));
        expect([...groupsOf(kept)].filter((group) => groupsOf(heldOut).has(group))).toEqual([]);
      },
    ),
  );
});

test('the order of the samples does not matter, and the seed does', () => {
  const groups = numbered(200);
  const chosen = (names: string[], seed: number) =>
    [...groupsOf(splitByGroup(datasetOf(names), 0.3, seed).heldOut)].sort();
  expect(chosen([...groups].reverse(), 5)).toEqual(chosen(groups, 5));
  expect(chosen(groups, 6)).not.toEqual(chosen(groups, 5));
  expect(chosen(groups, 5)).toHaveLength(60);
});

test('about a fifth of the names is held out, whatever else is in the set', () => {
  const names = numbered(5000);
  const heldOut = names.filter(heldOutFifth);
  expect(heldOut.length / names.length).toBeCloseTo(0.2, 1);
  expect(numbered(100).filter(heldOutFifth)).toEqual(
    heldOut.filter((name) => numbered(100).includes(name)),
  );
});

test('the hash never changes: bundles name what they were trained on by it', () => {
  expect(hashToUnit('road0.jpg')).toBe(0.7580270280595869);
});

test('train and val part the set, and all is all', () => {
  const dataset = datasetOf(numbered(100), 'hashed-fifth');
  const train = selectSplit(dataset, 'train');
  const val = selectSplit(dataset, 'val');
  expect(train.samples.length + val.samples.length).toBe(100);
  expect(val.samples.every(({ group }) => heldOutFifth(group))).toBe(true);
  expect(selectSplit(dataset, 'all')).toBe(dataset);
  expect(val.name).toBe('x val');
});

test('a data set without a rule is parted by the hashed fifth', () => {
  const ids = (dataset: Dataset<'signs'>) =>
    selectSplit(dataset, 'val').samples.map(({ id }) => id);
  expect(ids(datasetOf(numbered(50)))).toEqual(ids(datasetOf(numbered(50), 'hashed-fifth')));
});

test('of a drive the last fifth of the blocks is held out', () => {
  const blocks = numbered(10).flatMap((name) => [name, name, name]);
  const val = selectSplit(datasetOf(blocks, 'last-fifth'), 'val');
  expect([...groupsOf(val)]).toEqual(['road8.jpg', 'road9.jpg']);
  expect(val.samples).toHaveLength(6);
});

test('no one trains on a part that its makers keep for validation', () => {
  const official = datasetOf(numbered(10), 'official-val');
  expect(selectSplit(official, 'val').samples).toHaveLength(10);
  expect(() => selectSplit(official, 'train')).toThrow(
    /expected samples of the train part, found none/,
  );
});
