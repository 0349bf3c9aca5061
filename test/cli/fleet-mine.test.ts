import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MineOptions, mineFleet } from '../../tools/fleet/mine/mine-fleet.js';
import type { MinedTask, MineSummary } from '../../tools/fleet/mine/mining.js';
import { readDrivesFile } from '../../tools/fleet/plan/drives-file.js';
import { FolderStore } from '../../tools/fleet/store/folder-store.js';
import { openData } from '../../tools/train/open-data.js';
import { checkRecipe, readRecipe } from '../../tools/train/recipe.js';
import { repoDir, windshield } from '../support/command-line.js';
import { makeTinyFleet, type TinyFleet } from '../support/tiny-fleet.js';

let fleet: TinyFleet;
let drives: string;
beforeAll(async () => {
  // A blue square comes in with the seventh frame: in `b`, the longer one, alone.
  fleet = await makeTinyFleet(['a', 'b_long'], 6);
  drives = await fleet.writeDrives('drives.yaml', { drives: [{ path: 'drives/*.mcap' }] });
  expect((await windshield(fleet.runArgs(drives, at('out'))).finished).code).toBe(0);
});
afterAll(() => fleet.rig.remove());

const at = (name: string) => join(fleet.rig.dir, name);
const mine = (...more: string[]) => {
  const where = ['fleet', 'mine', at('out'), '--drives', drives, '-o', at('detection')];
  return windshield([...where, '--apart', '0.1', ...more]).finished;
};
/** The same without a process. */
const mined = (task: MinedTask, more: Partial<MineOptions> = {}) =>
  mineFleet({
    ...{ task, drives: readDrivesFile(drives), results: new FolderStore(at('out')), store: {} },
    ...{ codes: [], count: 200, apartS: 0.1, outDir: at(task), pageUrl: '', ...more },
  });

const recipe = (task: string, source: object) => {
  const { data: _, ...rest } = readRecipe(join(repoDir, `tools/train/recipes/${task}.yaml`));
  const data = [{ part: 'all', ...source }];
  return checkRecipe({ ...rest, data, validation: [] }, 'recipe').data;
};

test('frames worth a label become a set whose predictions train leaves out until they were corrected', async () => {
  const { stdout, stderr, code } = await mine('--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { frames, looked, units }: MineSummary = JSON.parse(stdout);
  expect({ looked, units }).toEqual({ looked: 13, units: 2 });
  expect(new Set(frames.map(({ drive }) => drive))).toEqual(new Set(['a', 'b_long']));
  const rare = frames.filter(({ reasons }) => reasons.rare !== undefined);
  expect(rare).toMatchObject([{ drive: 'b_long', frameId: 6, reasons: { rare: 1 } }]);
  expect(await readdir(at('detection'))).toEqual([
    'annotations',
    'images',
    'mined.html',
    'mined.json',
  ]);
  expect(rare[0]!.file).toBe('images/b-long_000006.jpg');
  const source = { format: 'voc', folder: 'detection' };
  const open = (more = {}) =>
    openData('detection', recipe('detection', { ...source, ...more }), [fleet.rig.dir]);
  await expect(open()).rejects.toThrow(
    /expected labels, found predictions that nobody has corrected/,
  );
  const opinion = await open({ predictions: true });
  expect(opinion.sets[0]!.dataset.samples).toHaveLength(frames.length);
  const boxes = opinion.sets[0]!.dataset.samples.flatMap((sample) => sample.boxes);
  expect(boxes.length).toBeGreaterThan(0);
  for (const { weight } of boxes) {
    expect(weight).toBeGreaterThan(0);
    expect(weight).toBeLessThan(1);
  }
  // A labelling tool writes its own source when it saves.
  const annotation = at('detection/annotations/b-long_000006.xml');
  const saved = (await readFile(annotation, 'utf8')).replace(
    /<annotation>predicted.*?<\/annotation>/,
    '',
  );
  await writeFile(annotation, saved);
  const corrected = await open();
  expect(corrected.sets[0]!.dataset.samples.map(({ id }) => id)).toEqual(['b-long_000006.jpg']);
  expect(corrected.sets[0]!.dataset.samples[0]!.boxes[0]!.weight).toBe(1);
  const page = await readFile(at('detection/mined.html'), 'utf8');
  expect(page).toMatch(/rare: \w+.* \(in 50\.0 % of the units\)/);
  expect(page.match(/<figure>/g)).toHaveLength(frames.length);
  expect((await mine()).stderr).toMatch(/expected no file or folder yet, found a folder/);
});

test('class maps lie beside the folder of labels, and count only when that is said', async () => {
  // Nothing speaks for a frame of these maps but what it looks like.
  const codesOf = (drive: string, value: number) => ({
    ...{ maker: 'm', drive, location: drive, dims: 8, thumbnails: [] },
    ...{ timesS: Float64Array.of(0.1, 0.25), codes: new Float32Array(16).fill(value) },
  });
  const codes = [codesOf('a', 0.1), codesOf('b_long', 0.4)];
  await expect(mined('segmentation')).rejects.toThrow(
    /expected frames that something speaks for, found none among 13 of 2 units/,
  );
  const { frames } = await mined('segmentation', { codes });
  expect(frames).toHaveLength(4);
  const source = { format: 'camvid', folder: 'segmentation', split: 'train' };
  const open = (more = {}) =>
    openData('segmentation', recipe('segmentation', { ...source, ...more }), [fleet.rig.dir]);
  await expect(open()).rejects.toThrow(/expected at least one sample of camvid train, found none/);
  const { sets } = await open({ predictions: true });
  const [sample] = sets[0]!.dataset.samples;
  expect(sets[0]!.dataset.samples).toHaveLength(frames.length);
  const { data } = await sample!.load();
  expect((await sample!.loadClassMap()).length).toBe(data.length / 3);
});

test('signs are crops in a folder a class, to be moved to where labels are', async () => {
  const { frames } = await mined('signs');
  expect(frames.length).toBeGreaterThan(0);
  const [folder] = await readdir(at('signs/predicted'));
  const open = (name: string) =>
    openData('signs', recipe('signs', { format: 'sign-folders', folder: name }), [fleet.rig.dir]);
  await expect(open('signs')).rejects.toThrow(/expected at least one sample/);
  await expect(open('signs/labelled')).rejects.toThrow(/expected at least one sample/);
  await rename(at(`signs/predicted/${folder}`), at(`signs/labelled/${folder}`));
  const [{ dataset }] = (await open('signs/labelled')).sets as [
    Awaited<ReturnType<typeof open>>['sets'][number],
  ];
  const [sample] = dataset.samples;
  expect(sample!.group).toMatch(/^.*\/(a|b-long)-track\d+$/);
  expect((await sample!.load()).widthPx).toBeGreaterThan(20);
});

test('a list without the drive of the results is refused by its name, and leaves nothing', async () => {
  const other = await fleet.writeDrives('other.yaml', { drives: [{ path: 'drives/a.mcap' }] });
  const refused = mined('detection', { drives: readDrivesFile(other), outDir: at('none') });
  await expect(refused).rejects.toThrow(/expected the drive "b_long" .* found 1 others/);
  expect((await readdir(fleet.rig.dir)).filter((name) => name.startsWith('none'))).toEqual([]);
});
