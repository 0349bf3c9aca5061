import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeJpeg, encodePng } from '../../../src/codec/image-codec.js';
import { openCamvid } from '../../../tools/datasets/camvid.js';
import { readStoredLabels } from '../../../tools/datasets/label-map.js';
import { casePath } from '../../support/cases.js';
import { jpegOf, labelPng, rejection, writeFolder } from './dataset-builders.js';

const stored = (kind: string) =>
  readFileSync(casePath(`02-label-map-png-kinds/${kind}/valannot/seq_0001.png`));

/** An RGB PNG of one row of these colours. */
const row = (...colours: [number, number, number][]) =>
  encodePng({ widthPx: colours.length, heightPx: 1, data: Uint8Array.from(colours.flat()) });

async function setOf(annotation: Uint8Array, size: [number, number], more = {}) {
  const dir = writeFolder({
    'val/a_1.jpg': await jpegOf(...size),
    'valannot/a_1.png': annotation,
    ...more,
  });
  return openCamvid(dir, { split: 'val' });
}

describe('a label map', () => {
  const control = readStoredLabels(stored('grey8'));
  it.each([
    'grey8gamma',
    'rgbids',
    'greyalpha',
    'palette8',
    'palette4',
    'palette-voc',
    'grey4',
    'grey16',
    'rgbcolours',
  ])('holds the same ids as %s', async (kind) => {
    const { widthPx, heightPx, ids } = await readStoredLabels(stored(kind));
    const expected = await control;
    expect([widthPx, heightPx]).toEqual([480, 360]);
    expect(Buffer.compare(ids, expected.ids)).toBe(0);
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual([0, 1, 3, 5, 8]);
  });

  it("of a packed palette has the colours' classes, whatever their places", async () => {
    const colours = await row([128, 64, 128], [64, 0, 128], [0, 0, 0], [128, 128, 128]);
    const packed = await sharp(colours).png({ palette: true, colours: 4 }).toBuffer();
    expect([...(await readStoredLabels(packed)).ids]).toEqual([3, 8, 255, 0]);
    const numbers = await row([8, 8, 8], [3, 3, 3], [11, 11, 11], [255, 255, 255]);
    const packedNumbers = await sharp(numbers).png({ palette: true, colours: 4 }).toBuffer();
    expect([...(await readStoredLabels(packedNumbers)).ids]).toEqual([8, 3, 11, 255]);
  });

  it('of colours that no table knows is refused', async () => {
    await expect(readStoredLabels(await row([1, 2, 3], [4, 4, 4]))).rejects.toThrow(
      /found the colour 1 2 3/,
    );
  });

  it('as JPEG is refused: its ids are not what was drawn', async () => {
    const jpeg = await encodeJpeg({ widthPx: 8, heightPx: 8, data: new Uint8Array(192) }, 90);
    await expect(readStoredLabels(jpeg)).rejects.toThrow(/JPEG/);
  });

  it('must have the width and the height of its picture, not only as many pixels', async () => {
    const { samples } = await setOf(await labelPng(2, 3, [0, 1, 2, 3, 4, 5]), [3, 2]);
    const error = await rejection(samples[0]!.loadClassMap());
    expect(error.message).toMatch(/expected labels for 3x2 pixels, found 2x3.*a_1\.png/);
  });

  it('with an id that has no class is refused where the set does not explain it', async () => {
    const { samples } = await setOf(await labelPng(2, 1, [7, 26]), [2, 1]);
    const error = await rejection(samples[0]!.loadClassMap());
    expect(error).toMatchObject({
      code: 'ERR_DATASET',
      message: expect.stringContaining('found 26'),
    });
  });
});

describe("a set's own classes", () => {
  const drivable = { index: 0, name: 'drivable', camvid: 'road' };
  const vehicles = { index: 3, name: 'vehicles', camvid: null };
  const sky = { index: 6, name: 'Sky' };
  const fog = { index: 9, name: 'fog', camvid: null };
  it('are matched by name, and those that are none of ours are void, which the name says', async () => {
    const road = { ...drivable, name: 'Road' };
    // Two of the set's classes may be one of ours.
    const lane = { index: 7, name: 'lane', camvid: 'road' };
    const classes = JSON.stringify({ classes: [road, fog, sky, lane] });
    const labels = await labelPng(4, 1, [0, 9, 6, 255]);
    const set = await setOf(labels, [4, 1], { 'classes.json': classes });
    expect([...(await set.samples[0]!.loadClassMap())]).toEqual([3, 255, 0, 255]);
    expect(set.name).toBe('camvid val (only road, sky; void: fog)');
    // A network is judged by those that the set has, not by all eleven.
    expect(set.judgedClasses).toEqual([
      { name: 'road', members: ['road'] },
      { name: 'sky', members: ['sky'] },
    ]);
    expect([...(await set.samples[0]!.loadJudgedMap!())]).toEqual([0, 255, 1, 255]);
  });

  it('that are coarse are void to training, and judged as what holds several of ours', async () => {
    const own = { index: 4, name: 'obstacles', camvid: ['pole', 'fence'] };
    const classes = JSON.stringify({ classes: [drivable, vehicles, own, sky] });
    const labels = await labelPng(5, 1, [0, 3, 4, 6, 255]);
    const set = await setOf(labels, [5, 1], { 'classes.json': classes });
    expect([...(await set.samples[0]!.loadClassMap())]).toEqual([3, 255, 255, 0, 255]);
    expect(set.name).toBe(
      'camvid val (drivable, vehicles, obstacles, sky; to training only road, sky)',
    );
    expect(set.judgedClasses).toEqual([
      { name: 'drivable', members: ['road'] },
      { name: 'vehicles', members: ['car'] },
      { name: 'obstacles', members: ['pole', 'fence'] },
      { name: 'sky', members: ['sky'] },
    ]);
    expect([...(await set.samples[0]!.loadJudgedMap!())]).toEqual([0, 1, 2, 3, 255]);
  });

  it('that hold a class which is none of ours are refused with its name', async () => {
    const classes = JSON.stringify({ classes: [{ ...vehicles, camvid: ['car', 'tram'] }] });
    const labels = await labelPng(1, 1, [3]);
    const error = await rejection(setOf(labels, [1, 1], { 'classes.json': classes }));
    expect(error.message).toMatch(/in camvid of vehicles, found tram/);
  });

  it('in another order than ours are read by it', async () => {
    const classes = JSON.stringify({ classes: ['Car', 'SignSymbol', 'Unlabelled(void)'] });
    const set = await setOf(await labelPng(3, 1, [0, 1, 2]), [3, 1], { 'classes.json': classes });
    expect([...(await set.samples[0]!.loadClassMap())]).toEqual([8, 6, 255]);
  });

  it.each([
    ['without one of ours', '{"classes": ["cat", "dog"]}', /found cat, dog/],
    ['of another shape', '{"classes": 7}', /found at classes/],
  ])('%s are refused', async (_, text, message) => {
    const dir = writeFolder({
      'val/a_1.jpg': await jpegOf(1, 1),
      'valannot/a_1.png': await labelPng(1, 1, [0]),
      'classes.json': text,
    });
    const error = await rejection(openCamvid(dir, { split: 'val' }));
    expect(error.code).toBe('ERR_DATASET');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(join(dir, 'classes.json'));
  });
});
