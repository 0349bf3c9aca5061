import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Task } from '../../../src/bundle/manifest.js';
import { openCamvid } from '../../../tools/datasets/camvid.js';
import { openGtsrbPacked } from '../../../tools/datasets/gtsrb-packed.js';
import { openUdacity } from '../../../tools/datasets/udacity.js';
import { openVoc } from '../../../tools/datasets/voc.js';
import { renderScene } from '../../../tools/simulate/scenes.js';
import { loadAssets } from '../../../tools/simulate/world/assets.js';
import { writeDataset } from '../../../tools/simulate/write-dataset.js';

const rootDir = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(rootDir, { recursive: true, force: true }));

async function write(task: Task, name: string, count: number, workers = 1): Promise<string> {
  const outDir = join(rootDir, name);
  await writeDataset({ task, count, seed: 8000, widthPx: 320, heightPx: 180, outDir, workers });
  return outDir;
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
  const one = contentsOf(await write('detection', 'one', 4, 1));
  const two = contentsOf(await write('detection', 'two', 4, 2));
  expect(one.size).toBe(8);
  expect(two).toEqual(one);
});

test('a detection set is read back as Pascal VOC with the boxes of its scenes', async () => {
  const set = await openVoc(join(rootDir, 'one'));
  expect(set.problems).toEqual([]);
  expect(set.samples).toHaveLength(4);
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
  const outDir = join(rootDir, 'signs');
  const size = { widthPx: 960, heightPx: 540 };
  await writeDataset({ task: 'signs', count: 12, seed: 8000, ...size, outDir, workers: 2 });
  const set = await openGtsrbPacked(outDir, { split: 'train32' });
  expect(set.problems).toEqual([]);
  expect(set.samples).toHaveLength(12);
  expect(new Set(set.samples.map(({ classId }) => classId)).size).toBe(12);
});

test('a steering set is read back as a Udacity log with the steering of its scenes', async () => {
  const set = await openUdacity(await write('steering', 'steering', 3));
  expect(set.problems).toEqual([]);
  const assets = await loadAssets();
  for (const [index, sample] of set.samples.entries()) {
    const scene = renderScene(assets, 'steering', 8000 + index, 320, 180);
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
