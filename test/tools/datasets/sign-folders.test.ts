import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSignFolders } from '../../../tools/datasets/sign-folders.js';
import { casePath } from '../../support/cases.js';
import { writeFolder } from './dataset-builders.js';

const cases = casePath('04-stray-files-between-classes');

test.each(readdirSync(cases))('what lies about in %s changes nothing', async (name) => {
  const { samples, classes, problems } = await openSignFolders(join(cases, name));
  const second = name === 'dotted-class-name' ? 'v1.5 speed' : 'speed_limit_30';
  expect(classes).toEqual(['speed_limit_20', second]);
  expect(samples).toHaveLength(6);
  expect(problems).toEqual([]);
});

test('hidden folders are no classes, not even with pictures in them', async () => {
  const dir = writeFolder({
    'a/t_0.png': 'x',
    '.ipynb_checkpoints/t_0.png': 'x',
    '__MACOSX/t_0.png': 'x',
  });
  expect((await openSignFolders(dir)).classes).toEqual(['a']);
});
