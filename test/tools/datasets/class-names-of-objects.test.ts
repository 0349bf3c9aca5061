import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataset } from '../../../tools/datasets/open-dataset.js';
import { openSignFolders } from '../../../tools/datasets/sign-folders.js';
import { openVoc } from '../../../tools/datasets/voc.js';
import { detectionScores } from '../../../tools/evaluate/detection-scores.js';
import { resolveClassWeights } from '../../../tools/train/tasks/class-weights.js';
import { jpegOf, rejection, writeFolder } from './dataset-builders.js';

const names = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];

test.each(names)('a class called %s is a name like any other', async (name) => {
  const xml = `<annotation><filename>constructor</filename><object><name>${name}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>`;
  const dir = writeFolder({
    'annotations/a.xml': xml,
    'images/a.jpg': await jpegOf(8, 8),
    [`signs/${name}/t_0.png`]: 'x',
    'teacher.json': '{"b.jpg": []}',
  });
  const { problems, samples } = await openVoc(dir, { teacher: join(dir, 'teacher.json') });
  expect(problems).toMatchObject([{ reason: `unknown class "${name}"` }]);
  expect(samples).toHaveLength(1);
  expect((await openSignFolders(join(dir, 'signs'))).classes).toEqual([name]);
  expect([...resolveClassWeights({ other: 2 }, ['other', name])!]).toEqual([2, 1]);
  const error = await rejection(openDataset(name, dir, { task: 'signs' }));
  expect(error.code).toBe('ERR_USAGE');
  const box = { className: name, boxXyxyPx: [0, 0, 9, 9] as [number, number, number, number] };
  const { perClass } = detectionScores(
    [{ truth: [{ ...box, weight: 1 }], found: [{ ...box, score: 0.9 }] }],
    0.5,
  );
  expect(Object.keys(perClass)).toEqual([name]);
});
