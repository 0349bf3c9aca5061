import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeImage, encodePng } from '../../src/codec/image-codec.js';
import { colourNetwork, colourPicture } from '../support/colour-network.js';
import { windshield } from '../support/command-line.js';
import { dotNetwork } from '../support/dot-bundle.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-adopt-'));
  const { image } = colourPicture('a');
  const png = await encodePng(image);
  await Promise.all(
    ['pictures', 'crops/a', 'crops/b'].map((name) => mkdir(join(dir, name), { recursive: true })),
  );
  await Promise.all([
    writeFile(join(dir, 'colours.onnx'), colourNetwork('scores')),
    writeFile(join(dir, 'dot.onnx'), dotNetwork()),
    writeFile(join(dir, 'pictures', 'street.png'), png),
    writeFile(join(dir, 'crops', 'a', 'one.png'), png),
    writeFile(join(dir, 'crops', 'b', 'one.png'), png),
  ]);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const adopt = (network: string, ...args: string[]) =>
  windshield(['adopt', join(dir, network), ...args]).finished;
const manifestAt = async (out: string) =>
  JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));

test('a segmentation network is adopted from the shell, and its sheet shows the class map with a legend', async () => {
  const [out, sheet] = [join(dir, 'street'), join(dir, 'sheet.png')];
  const feeding = ['--colour', 'rgb', '--range', '0..1', '--fit', 'stretch', '--pad', '0'];
  const { code, stdout, stderr } = await adopt(
    'colours.onnx',
    ...['--task', 'segmentation', '--classes', 'road,sky,vegetation,wall', ...feeding],
    ...['--pictures', join(dir, 'pictures'), '--sheet', sheet, '--out', out],
  );
  expect(stderr).toContain('without labels the feeding is a guess');
  expect(stdout).toContain('fed with `pixel_values` float32 1 x 3 x 32 x 64 (nchw); rgb');
  expect(code).toBe(0);
  const { task, decode } = await manifestAt(out);
  expect(task).toBe('segmentation');
  const { widthPx, heightPx, data } = await decodeImage(sheet);
  expect([widthPx, heightPx]).toEqual([480, 28 + 240]);
  // The road, half picture and half its colour in the palette.
  const road = (200 * widthPx + 240) * 3;
  const wanted = [220, 10, 10].map((level, c) => (level + decode.paletteRgb[0][c]) / 2);
  for (const [c, level] of wanted.entries())
    expect(Math.abs(data[road + c]! - level)).toBeLessThan(4);
  // The title's row holds the colour of each class.
  const row = data.subarray(14 * widthPx * 3, 15 * widthPx * 3);
  const colours = new Set(
    Array.from({ length: widthPx }, (_, x) => row.subarray(3 * x, 3 * x + 3).join()),
  );
  for (const colour of decode.paletteRgb) expect(colours).toContain(colour.join());
});

test.each([
  ['signs', 'traffic_sign'],
  ['lights', 'traffic_light'],
])('a classifier of %s is adopted from the shell to read boxes of %s', async (task, cropFrom) => {
  const out = join(dir, task);
  const { code, stdout } = await adopt(
    'dot.onnx',
    ...['--task', task, '--classes', 'a,b,c,d,e', '--data', join(dir, 'crops')],
    ...['--format', 'sign-folders', '--out', out],
  );
  expect(stdout).toContain(`boxes of ${cropFrom}, stretch`);
  expect(code).toBe(0);
  expect((await manifestAt(out)).decode).toMatchObject({ kind: task, cropFrom: [cropFrom] });
});

test('a sheet of crops is refused before anything is written', async () => {
  const out = join(dir, 'none');
  const { code, stderr } = await adopt(
    'dot.onnx',
    ...[
      '--task',
      'lights',
      '--classes',
      'a,b,c,d,e',
      '--sheet',
      join(dir, 'none.png'),
      '--out',
      out,
    ],
  );
  expect(stderr).toMatch(/expected --sheet with detection or segmentation, found lights/);
  expect(code).toBe(2);
  expect(existsSync(out)).toBe(false);
});
