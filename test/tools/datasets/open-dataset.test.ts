import { expect, test } from 'vitest';
import { formatNames, openDataset } from '../../../tools/datasets/open-dataset.js';
import { rejection, writeFolder } from './dataset-builders.js';

test('every task has formats, and a recording serves all', () => {
  expect(formatNames('signs')).toEqual(['gtsrb-packed', 'gtsrb', 'sign-folders', 'recording']);
  expect(formatNames('segmentation')).toEqual(['camvid', 'recording']);
  expect(formatNames('detection')).toEqual(['voc', 'kitti', 'openimages', 'recording']);
  expect(formatNames('steering')).toEqual(['udacity', 'recording']);
});

test.each([
  [
    'an unknown format',
    'mnist',
    undefined,
    'expected a format with labels for signs (gtsrb-packed, gtsrb, sign-folders, recording), found "mnist"',
  ],
  ['a format of another task', 'camvid', 'val', 'found "camvid"'],
  ['a missing split', 'gtsrb-packed', undefined, 'expected --split with format gtsrb-packed'],
  [
    'a split that is not one of ours',
    'gtsrb',
    'val32',
    'expected a split of train, val, all with format gtsrb, found "val32"',
  ],
])('%s is a usage error that names what exists', async (_, format, split, message) => {
  const error = await rejection(openDataset(format, '/no/folder', { task: 'signs', split }));
  expect(error.code).toBe('ERR_USAGE');
  expect(error.message).toContain(message);
});

test('a set without parts is parted by our rule when a split is named', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `IMG/c${i}.jpg,,,0,0,0,1`).join('\n');
  const pictures = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`IMG/c${i}.jpg`, 'x']));
  const dir = writeFolder({ 'driving_log.csv': rows, ...pictures });
  const count = async (split?: string) =>
    (await openDataset('udacity', dir, { task: 'steering', split })).samples.length;
  expect(await Promise.all([count(), count('train'), count('val')])).toEqual([40, 32, 8]);
});
