import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renderScene } from '../../../simulator/datasets/scenes.js';
import { writeDataset } from '../../../simulator/datasets/write-dataset.js';
import { loadAssets } from '../../../simulator/world/assets.js';
import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { decodeImage } from '../../../src/codec/image-codec.js';
import { openCamvid } from '../../../tools/datasets/camvid.js';
import { openGtsrbPacked } from '../../../tools/datasets/gtsrb-packed.js';
import { openUdacity } from '../../../tools/datasets/udacity.js';
import { openVoc } from '../../../tools/datasets/voc.js';

const rootDir = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(rootDir, { recursive: true, force: true }));

async function write(
  task: LabelledTask,
  name: string,
  count: number,
  workers = 1,
): Promise<string> {
  const outDir = join(rootDir, name);
  await writeDataset({ task, count, seed: 8000, widthPx: 320, heightPx: 180, outDir, workers });
  return outDir;
}

/** Runs that keep a journal: what they are is known when all their scenes are made. */
const journalRuns = {
  signs: { task: 'signs', count: 12, seed: 8100, widthPx: 640, heightPx: 360, workers: 1 },
  steering: { task: 'steering', count: 3, seed: 8100, widthPx: 160, heightPx: 90, workers: 1 },
} as const;
const wholeRuns = new Map<string, Promise<string>>();

/** The folder of such a run without a break, made once. */
function whole(task: keyof typeof journalRuns): Promise<string> {
  const outDir = join(rootDir, `${task}-whole`);
  const written =
    wholeRuns.get(task) ?? writeDataset({ ...journalRuns[task], outDir }).then(() => outDir);
  wholeRuns.set(task, written);
  return written;
}

/** Every file below a folder with its bytes. */
function contentsOf(dir: string): Map<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    files
      .filter((file) => statSync(join(dir, file)).isFile())
      .map((file) => [file, readFileSync(join(dir, file), 'latin1')]),
  );
}

test('one worker and two write the same bytes', async () => {
  const one = contentsOf(await write('detection', 'one', 3, 1));
  const two = contentsOf(await write('detection', 'two', 3, 2));
  // A picture and its label each, the recipe and the sheet.
  expect(one.size).toBe(8);
  expect(two).toEqual(one);
});

test('a detection set is read back as Pascal VOC with the boxes of its scenes', async () => {
  const set = await openVoc(join(rootDir, 'one'));
  expect(set.problems).toEqual([]);
  expect(set.samples).toHaveLength(3);
  const scene = renderScene(await loadAssets(), 'detection', 8001, 320, 180);
  const sample = set.samples.find(({ id }) => id.includes('8001'))!;
  const expected = scene.boxes.filter(({ visiblePx }) => visiblePx >= 16);
  expect(sample.boxes.map(({ className, boxXyxyPx }) => [className, ...boxXyxyPx])).toEqual(
    expected.map(({ className, boxXyxyPx }) => [className, ...boxXyxyPx]),
  );
  expect(await sample.load()).toMatchObject({ widthPx: 320, heightPx: 180 });
});

test('a segmentation set is read back as CamVid with the class maps of its scenes', async () => {
  const set = await openCamvid(await write('segmentation', 'camvid', 2), { split: 'train' });
  expect(set.problems).toEqual([]);
  const scene = renderScene(await loadAssets(), 'segmentation', 8000, 320, 180);
  const sample = set.samples.find(({ id }) => id.includes('8000'))!;
  expect(Buffer.compare(await sample.loadClassMap(), scene.classMap)).toBe(0);
  expect(new Set(set.samples.map(({ group }) => group)).size).toBe(2);
});

test('a signs set is read back as packed GTSRB, its crops shared out among the classes', async () => {
  const set = await openGtsrbPacked(await whole('signs'), { split: 'train32' });
  expect(set.problems).toEqual([]);
  expect(set.samples).toHaveLength(12);
  expect(new Set(set.samples.map(({ classId }) => classId)).size).toBe(12);
});

test('a steering set is read back as a Udacity log with the steering of its scenes', async () => {
  const { seed, widthPx, heightPx } = journalRuns.steering;
  const set = await openUdacity(await whole('steering'));
  expect(set.problems).toEqual([]);
  const assets = await loadAssets();
  for (const [index, sample] of set.samples.entries()) {
    const scene = renderScene(assets, 'steering', seed + index, widthPx, heightPx);
    expect(sample.steeringRad).toBeCloseTo(scene.steeringRad, 5);
  }
});

test('a run that was broken off goes on where it stopped', async () => {
  const outDir = join(rootDir, 'camvid');
  const before = contentsOf(outDir);
  const times = readdirSync(join(outDir, 'train')).map(
    (name) => statSync(join(outDir, 'train', name)).mtimeMs,
  );
  rmSync(join(outDir, 'train', 'scene8001_00000.jpg'));
  await write('segmentation', 'camvid', 2);
  expect(contentsOf(outDir)).toEqual(before);
  expect(statSync(join(outDir, 'train', 'scene8000_00000.jpg')).mtimeMs).toBe(times[0]);
});

test('a signs or a steering run that was broken off goes on, and ends with the bytes of a whole one', async () => {
  for (const task of ['signs', 'steering'] as const) {
    const run = journalRuns[task];
    const outDir = join(rootDir, `${task}-broken`);
    const interruption = new AbortController();
    const onProgress = (): void => interruption.abort();
    await writeDataset({ ...run, outDir, signal: interruption.signal, onProgress });
    const left = readdirSync(outDir);
    expect(left.some((name) => name.endsWith('.journal'))).toBe(true);
    // What was being written when it ended does no harm.
    const journal = join(outDir, left.find((name) => name.endsWith('.journal'))!);
    const lines = readFileSync(journal, 'utf8');
    writeFileSync(journal, `${lines}{"half`);
    await writeDataset({ ...run, outDir });
    expect(contentsOf(outDir)).toEqual(contentsOf(await whole(task)));
  }
});

test('a folder of another data set is refused, saying what differs', async () => {
  const outDir = join(rootDir, 'one');
  const other = { task: 'detection', count: 3, seed: 9, widthPx: 320, heightPx: 180 } as const;
  await expect(writeDataset({ ...other, outDir, workers: 1 })).rejects.toMatchObject({
    code: 'ERR_OUTPUT',
    message: expect.stringMatching(/expected seed 9, found seed 8000/),
  });
});

test('the share of single lanes is part of what a data set is', async () => {
  const run = { task: 'steering', count: 2, seed: 8200, widthPx: 160, heightPx: 90 } as const;
  const lines = (singleLaneShare: number) => ({ ...run, workers: 1, singleLaneShare });
  const single = join(rootDir, 'single');
  await writeDataset({ ...lines(1), truth: true, outDir: single });
  const marked = join(rootDir, 'marked');
  await writeDataset({ ...lines(0), truth: true, outDir: marked });
  const countLines = (dir: string) =>
    JSON.parse(readFileSync(join(dir, 'truth', 'scene-0008200.json'), 'utf8')).lanes.lines.length;
  expect(countLines(single)).toBe(2);
  expect(countLines(marked)).toBeGreaterThan(2);
  await expect(writeDataset({ ...lines(0.5), truth: true, outDir: single })).rejects.toMatchObject({
    message: expect.stringMatching(/expected singleLaneShare 0.5, found singleLaneShare 1/),
  });
});

test('a picture that cannot be written is one clear error, and the run goes on when it can', async () => {
  const outDir = join(rootDir, 'full');
  mkdirSync(join(outDir, 'IMG'), { recursive: true });
  const picture = join(outDir, 'IMG', 'scene-0008000.jpg.partial');
  // The disk itself is filled in test/files.
  mkdirSync(picture);
  const error = { code: 'ERR_OUTPUT', message: expect.stringContaining(picture) };
  await expect(write('steering', 'full', 1)).rejects.toMatchObject(error);
  rmSync(picture, { recursive: true });
  await write('steering', 'full', 1);
  expect(readdirSync(outDir).sort()).toEqual([
    'IMG',
    'driving_log.csv',
    'recipe.json',
    'sheet.jpg',
  ]);
});

test('with truth, lanes meet the road, and depth is that of the objects', async () => {
  const outDir = join(rootDir, 'truth');
  const size = { widthPx: 320, heightPx: 180 };
  await writeDataset({
    ...{ task: 'steering', count: 1, seed: 8001, ...size, outDir, workers: 1 },
    truth: true,
  });
  const truth = JSON.parse(readFileSync(join(outDir, 'truth', 'scene-0008001.json'), 'utf8'));
  const { lines, laneWidthM, offsetM } = truth.lanes;
  const offsets = lines.map((line: { offsetM: number }) => line.offsetM);
  expect(offsets).toEqual([...offsets].sort((a: number, b: number) => b - a));
  for (const line of lines) {
    expect(line.pointsXyzM).toHaveLength(line.pointsPx.length);
    // Beside the car a line lies to the left by its offset, less the car's own.
    const atCar = line.pointsXyzM[0];
    expect(Math.hypot(atCar[0], atCar[1])).toBeLessThan(2 * laneWidthM + 4 + Math.abs(offsetM));
  }
  const depth = readFileSync(join(outDir, 'truth', 'scene-0008001.depth.png'));
  expect(depth.subarray(16, 26)).toEqual(Buffer.from([0, 0, 1, 64, 0, 0, 0, 180, 16, 0]));
  expect((await decodeImage(depth)).widthPx).toBe(320);
});

test('a folder that cannot be made is one clear error', async () => {
  const outDir = join(rootDir, 'one', 'images', 'scene-0008000.jpg', 'below-a-file');
  await expect(
    writeDataset({
      task: 'detection',
      count: 1,
      seed: 1,
      widthPx: 320,
      heightPx: 180,
      outDir,
      workers: 1,
    }),
  ).rejects.toMatchObject({ code: 'ERR_OUTPUT', message: expect.stringContaining(outDir) });
});
