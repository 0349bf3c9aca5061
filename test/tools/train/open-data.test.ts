import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng } from '../../../src/codec/image-codec.js';
import { openData } from '../../../tools/train/open-data.js';
import type { RecipeSource } from '../../../tools/train/recipe.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-open-data-'));
  await mkdir(join(dir, 'crops', 'stop'), { recursive: true });
  const grey = { widthPx: 32, heightPx: 32, data: new Uint8Array(32 * 32 * 3).fill(90) };
  await writeFile(join(dir, 'crops', 'stop', 'one.png'), await encodePng(grey));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const source = (changes: Partial<RecipeSource> = {}): RecipeSource => ({
  format: 'sign-folders',
  folder: 'crops',
  part: 'all',
  weight: 1,
  optional: false,
  ...changes,
});
const opened = async (changes: Partial<RecipeSource> = {}) =>
  (await openData('signs', [source(changes)], [dir])).sets[0]!.dataset;

test('a set has the licence and the name that the recipe says, else those of its reader', async () => {
  const { licence, name } = await opened();
  const told = await opened({ licence: 'CC BY 4.0 (our own)', name: 'our crops' });
  expect(told).toMatchObject({ licence: 'CC BY 4.0 (our own)', name: 'our crops' });
  expect(licence).not.toBe(told.licence);
  expect(name).not.toBe(told.name);
});

test('a set that is absent is left out where the recipe allows it, and an error with its place elsewhere', async () => {
  const { sets, absent } = await openData(
    'signs',
    [source(), source({ folder: 'none', optional: true })],
    [dir],
  );
  expect(sets).toHaveLength(1);
  expect(absent).toEqual(['none']);
  await expect(opened({ folder: 'none' })).rejects.toThrow(join(dir, 'none'));
});
