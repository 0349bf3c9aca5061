import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openVoc } from '../../../tools/datasets/voc.js';
import { casePath } from '../../support/cases.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { jpegOf, rejection, writeFolder } from './dataset-builders.js';

const object = (name: string, box: number[], extra = '') =>
  `<object><name>${name}</name>${extra}<bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin>` +
  `<xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox></object>`;
const annotation = (objects: string, size = '<size><width>40</width><height>30</height></size>') =>
  `<annotation><filename>a.jpg</filename>${size}${objects}</annotation>`;

async function folderOf(xml: string, more: Record<string, string | Uint8Array> = {}) {
  return writeFolder({
    'annotations/a.xml': xml,
    'images/a.jpg': await jpegOf(40, 30),
    ...more,
  });
}

test("the road sign set's names become ours, and ours stay", async () => {
  const names = ['speedlimit', 'stop', 'crosswalk', 'trafficlight', 'bus', 'Car'];
  const dir = await folderOf(annotation(names.map((name) => object(name, [1, 2, 9, 8])).join('')));
  const { samples, problems } = await openVoc(dir);
  expect(samples[0]!.boxes.map(({ className }) => className)).toEqual([
    'traffic_sign',
    'traffic_sign',
    'traffic_sign',
    'traffic_light',
    'bus',
    'car',
  ]);
  expect(samples[0]!.boxes[0]).toEqual({
    className: 'traffic_sign',
    boxXyxyPx: [1, 2, 9, 8],
    weight: 1,
  });
  expect(problems).toEqual([]);
});

test("with VOC's own numbering the first pixel's edge is 0", async () => {
  const dir = await folderOf(annotation(object('stop', [1, 1, 40, 30])));
  const { samples } = await openVoc(dir, { firstPixel: 1 });
  expect(samples[0]!.boxes[0]!.boxXyxyPx).toEqual([0, 0, 40, 30]);
});

test('difficult objects are regions to ignore', async () => {
  const dir = await folderOf(
    annotation(
      object('stop', [1, 2, 9, 8], '<difficult>1</difficult>') + object('stop', [9, 2, 19, 8]),
    ),
  );
  const { samples } = await openVoc(dir);
  expect(samples[0]!.boxes.map(({ weight }) => weight)).toEqual([0, 1]);
});

test("an object's parts are not objects, and their boxes not its box", async () => {
  const part = '<part><name>head</name><bndbox><xmin>3</xmin></bndbox></part>';
  const dir = await folderOf(annotation(object('person', [1, 2, 9, 8], part)));
  const { samples } = await openVoc(dir);
  expect(samples[0]!.boxes).toEqual([
    { className: 'pedestrian', boxXyxyPx: [1, 2, 9, 8], weight: 1 },
  ]);
});

test('unknown names, boxes outside and broken boxes are counted, and the rest is kept', async () => {
  const dir = await folderOf(
    annotation(
      object('zebra', [1, 2, 9, 8]) +
        object('stop', [30, 2, 55, 8]) +
        object('stop', [60, 2, 70, 8]) +
        object('stop', [Number.NaN, 2, 3, 8]) +
        object('stop', [9, 2, 9, 8]),
    ),
  );
  const { samples, problems } = await openVoc(dir);
  expect(samples[0]!.boxes.map(({ boxXyxyPx }) => boxXyxyPx)).toEqual([[30, 2, 40, 8]]);
  const reasons = problems.map(
    ({ where, reason }) => `${where.replace(/.* object/, '')} ${reason}`,
  );
  expect(reasons.sort()).toEqual([
    ' 1 unknown class "zebra"',
    ' 2 expected a box in 40x30, found [30, 2, 55, 8]: clipped',
    ' 3 expected a box in 40x30, found [60, 2, 70, 8]: left out',
    ' 4 expected xmin, ymin, xmax and ymax as numbers',
    ' 5 expected a box in 40x30, found [9, 2, 9, 8]: left out',
  ]);
});

test('broken annotations and missing pictures are counted with the file', async () => {
  const dir = await folderOf(annotation(object('stop', [1, 2, 9, 8])), {
    'annotations/b.xml': '<annotation><object>',
    'annotations/c.xml': '<annotation><filename>../a.gif</filename></annotation>',
    'annotations/d.xml': '<html></html>',
  });
  const { samples, problems } = await openVoc(dir);
  expect(samples).toHaveLength(1);
  expect(problems.map(({ where }) => where.slice(-5)).sort()).toEqual(['b.xml', 'c.xml', 'd.xml']);
  expect(problems.find(({ where }) => where.endsWith('c.xml'))!.reason).toContain('a.gif');
});

test('a picture of another size than annotated is left out and counted', async () => {
  const size = '<size><width>99</width><height>30</height></size>';
  const dir = await folderOf(annotation(object('stop', [1, 2, 9, 8]), size));
  const error = await rejection(openVoc(dir));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toContain('expected 99x30 as annotated, found 40x30');
});

test("a teacher's boxes join with their scores where no true box lies", async () => {
  const teacher = {
    'a.jpg': [
      { class: 'stop_sign', score: 0.9, box: [1, 2, 9, 9] },
      { class: 'car', score: 0.4, box: [20, 10, 38, 25] },
      { class: 'giraffe', score: 0.4, box: [20, 10, 38, 25] },
    ],
  };
  const dir = await folderOf(annotation(object('stop', [1, 2, 9, 8])), {
    'teacher.json': JSON.stringify(teacher),
  });
  const { samples, problems } = await openVoc(dir, { teacher: join(dir, 'teacher.json') });
  expect(samples[0]!.boxes).toEqual([
    { className: 'traffic_sign', boxXyxyPx: [1, 2, 9, 8], weight: 1 },
    { className: 'car', boxXyxyPx: [20, 10, 38, 25], weight: 0.4 },
  ]);
  expect(problems.map(({ reason }) => reason)).toEqual([
    'unknown class "giraffe", 1 boxes left out',
  ]);
});

test('a missing folder is refused', async () => {
  const error = await rejection(openVoc('/no/such/folder'));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toBe(
    'expected a folder with Pascal VOC annotations, found nothing there: /no/such/folder',
  );
});

const data = sharedDataDir();
test.skipIf(!data)('the real road signs are read without a problem', async () => {
  const { samples, problems } = await openVoc(join(data!, 'road_signs'));
  expect([samples.length, problems.length]).toEqual([727, 0]);
  const counts = samples.flatMap(({ boxes }) => boxes).map(({ className }) => className);
  expect(counts.filter((name) => name === 'traffic_light')).toHaveLength(156);
  expect(counts).toHaveLength(1041);
});

test('a photo on its side that was annotated upright is left out, and its orientation said', async () => {
  const { samples, problems } = await openVoc(casePath('20-voc-on-turned-photo'));
  expect(samples.map(({ id }) => id)).toEqual(['plain.jpg']);
  expect(problems).toMatchObject([
    { reason: expect.stringMatching(/240x320.*320x240.*on its side.*EXIF orientation/) },
  ]);
});

test('a mirrored or upside-down photo is taken as stored, and that is said', async () => {
  const turned = await sharp(await jpegOf(8, 8))
    .withMetadata({ orientation: 3 })
    .jpeg()
    .toBuffer();
  const box = '<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>';
  const dir = writeFolder({
    'annotations/a.xml': `<annotation><filename>a.jpg</filename><object><name>car</name>${box}</object></annotation>`,
    'images/a.jpg': turned,
  });
  const { samples, problems } = await openVoc(dir);
  expect(samples).toHaveLength(1);
  expect(problems).toMatchObject([{ reason: expect.stringContaining('EXIF orientation 3') }]);
});
