import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeImage } from '../../src/codec/image-codec.js';
import { repoDir, windshield } from '../support/command-line.js';

const drive = `${repoDir}recordings/sample-drive.mcap`;
const rendered = ['--stage', 'steering', '--bundle', `${repoDir}models/steering-rendered`];
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-layers-'));
});
afterAll(() => rm(dir, { recursive: true }));

test('weights of the first layer are pictures with a measure of noise', async () => {
  const out = join(dir, 'weights.png');
  const args = ['explain', '--stage', 'signs', '--method', 'weights', '--out', out];
  const { code, stdout } = await windshield(args).finished;
  expect(stdout).toMatch(
    /stage0_a, 32 filters, noise \d\.\d\d \(weights by chance 2\), \d+ smoother/,
  );
  expect(code).toBe(0);
  expect((await decodeImage(out)).widthPx).toBeGreaterThan(300);
});

test('activations of a layer are a sheet, and dead filters of all layers are counted over the frames', async () => {
  const out = join(dir, 'activations.png');
  const asked = ['--method', 'activations', '--layer', 'conv3', '--every', '10', '--limit', '3'];
  const args = ['explain', drive, ...rendered, ...asked, '--out', out];
  const { code, stdout } = await windshield(args).finished;
  expect(stdout).toMatch(/conv1 +24 +\d+ +\d+\n/);
  expect(stdout).toMatch(/conv3; dead over 3 pictures: (none|\d)/);
  expect(code).toBe(0);
  expect((await decodeImage(out)).widthPx).toBeGreaterThan(300);
});

test('a filter is shown by the frames that excite it most, and an input made for it; 8 bits through the float32 twin', async () => {
  const out = join(dir, 'neuron.png');
  const asked = ['--method', 'neuron', '--layer', 'conv2', '--channel', '3', '--limit', '3'];
  const twin = ['--stage', 'steering', '--bundle', `${repoDir}models/steering-rendered-int8`];
  const args = ['explain', drive, ...twin, ...asked, '--every', '10', '--out', out];
  const { code, stdout } = await windshield(args).finished;
  expect(stdout).toMatch(/^0\.00 s +\d/m);
  expect(stdout).toContain('conv2, filter 3, 3 pictures; made by ascent');
  expect(stdout).toContain('explained through the float32 twin');
  expect(code).toBe(0);
});

test.each([
  [
    'a layer that is not there',
    [drive, ...rendered, '--method', 'activations', '--layer', 'conv9'],
    '--layer: expected one of conv1, conv2, conv3, conv4, conv5, found conv9',
  ],
  [
    'a filter that is not there',
    [drive, ...rendered, '--method', 'neuron', '--layer', 'conv1', '--channel', '24'],
    '--channel: expected 0 to 23 of conv1, found 24',
  ],
  [
    'a filter without its layer',
    [drive, ...rendered, '--method', 'neuron', '--channel', '24'],
    '--method neuron: expected --layer and --channel, found not both',
  ],
  [
    'nothing to look at',
    [...rendered, '--method', 'activations'],
    'expected a drive, or --data, found neither',
  ],
  [
    'a map of a drive',
    [drive, '--stage', 'signs', '--method', 'alike'],
    '--method alike: expected --data and --format, found',
  ],
  [
    'a map of what has no class',
    ['--stage', 'steering', '--method', 'alike', '--data', 'a', '--format', 'udacity'],
    'expected --stage signs or detection, whose pictures have one class, found steering',
  ],
  ['a frame of no drive', [...rendered], '--method occlusion: expected a drive, found none'],
])('%s is one line and exit code 2', async (_, args, words) => {
  const out = join(dir, 'none.png');
  const { code, stderr } = await windshield(['explain', ...args, '--out', out]).finished;
  expect(stderr).toContain(words);
  expect(stderr.trim().split('\n').length).toBe(1);
  expect(code).toBe(2);
});
