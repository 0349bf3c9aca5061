import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeImage, encodePng } from '../../src/codec/image-codec.js';
import { PerceptionFrameSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { colourNetwork, colourPicture } from '../support/colour-network.js';
import { windshield } from '../support/command-line.js';
import { donkeyNetwork } from '../support/donkey-network.js';
import { dotNetwork } from '../support/dot-bundle.js';
import { writeSolidDrive } from '../tools/quantize/solid-drive.js';

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

test('a network of donkeycar is adopted, proven on a driven recording, and drives a pipeline', async () => {
  const [log, drive, out] = [
    await writeSolidDrive(),
    join(dir, 'driven.mcap'),
    join(dir, 'donkey'),
  ];
  await writeFile(join(dir, 'donkey.onnx'), donkeyNetwork('linear'));
  expect((await windshield(['import', log, '--out', drive, '--rate', '20']).finished).code).toBe(0);
  const told = ['--task', 'steering', '--per-unit', '25deg', '--check', drive];
  const turned = await adopt('donkey.onnx', ...told, '--positive', 'left', '--out', out);
  expect(turned.stderr).toMatch(
    /the sign is turned: .* correlation -1\.00 with the driver of recording driven on 10 frames/,
  );
  expect([turned.code, existsSync(out)]).toEqual([2, false]);

  const data = ['--data', log, '--format', 'udacity'];
  const made = await adopt('donkey.onnx', ...told, '--positive', 'right', ...data, '--out', out);
  expect(made.stderr).toBe('');
  expect(made.stdout).toMatch(/angle from output n_outputs0 \(by its name\)/);
  expect(made.stdout).toMatch(
    /n_outputs1: a number, published as a suggestion that nothing acts on/,
  );
  expect(made.stdout).toMatch(
    /correlation 1\.00 with the driver .* the sign is right; the driver steers 1\.0\d times as far/,
  );
  expect(made.stdout).toMatch(
    /fed with `img_in` float32 1 x 120 x 160 x 3 \(nhwc\); rgb, black to white is 0 to 1/,
  );

  const scored = await windshield([
    'evaluate',
    'steering',
    out,
    '--data',
    drive,
    '--format',
    'recording',
    '--json',
  ]).finished;
  expect(JSON.parse(scored.stdout).metrics.maeRad).toBeLessThan(0.01);
  const pipeline = join(dir, 'donkey.yaml');
  await writeFile(
    pipeline,
    `source: driven.mcap\nbundles: { steering: donkey }\nlanes: [[steering]]\n`,
  );
  const results = join(dir, 'results.mcap');
  const replayed = await windshield([
    'replay',
    drive,
    '--pipeline',
    pipeline,
    '--lockstep',
    '--out',
    results,
  ]).finished;
  expect(replayed.code).toBe(0);
  const reader = await RecordingReader.open(results);
  for await (const { data } of reader.messages({ topics: ['perception'] }))
    expect(fromBinary(PerceptionFrameSchema, data).steering!.suggestedThrottle).toBeCloseTo(
      100 / 255,
      1,
    );
  await reader.close();
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
