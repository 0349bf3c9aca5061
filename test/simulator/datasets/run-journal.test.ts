import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { claimFolder } from '../../../simulator/datasets/dataset-recipe-file.js';
import { RunJournal } from '../../../simulator/datasets/run-journal.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'windshield-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const schema = z.object({ boxes: z.number() });

test('what scenes yielded is known again, without a last line that was broken off', () => {
  const path = join(dir, 'a.journal');
  new RunJournal(path, schema).append({ boxes: 3 });
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"boxes": 4`);
  expect(new RunJournal(path, schema).known).toEqual([{ boxes: 3 }]);
  expect(readFileSync(path, 'utf8')).toBe('{"boxes":3}\n');
});

test.each([
  ['no JSON', '{"boxes": 3}\n-\n', /a\.journal:2: expected JSON/],
  ['another value', '{"boxes": 3}\n{"cars": 4}\n', /a\.journal:2: expected what a scene yielded/],
])('a journal of %s is refused with file and line', (_, text, message) => {
  const path = join(dir, 'a.journal');
  writeFileSync(path, text);
  expect(() => new RunJournal(path, schema)).toThrow(message);
});

test.each([
  ['null', /recipe\.json: expected a recipe of a data set, found null/],
  ['{"task": {"toString": 1}}', /recipe\.json: expected a recipe of a data set/],
  ['{', /recipe\.json: expected JSON/],
])("a folder's recipe that says %s is refused with its file", async (text, message) => {
  writeFileSync(join(dir, 'recipe.json'), text);
  const recipe = { task: 'detection', count: 1, seed: 1, widthPx: 8, heightPx: 8, truth: false };
  await expect(claimFolder(dir, recipe)).rejects.toThrow(message);
});
