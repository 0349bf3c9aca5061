import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeImage } from '../../src/codec/image-codec.js';
import { repoDir, windshield } from '../support/command-line.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-explain-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const drive = join(repoDir, 'recordings/sample-drive.mcap');
const steering = ['--stage', 'steering', '--bundle', join(repoDir, 'models/steering-rendered')];

test.each(['visual-backprop', 'occlusion'])(
  '%s paints what the steering is based on',
  async (method) => {
    const out = join(dir, `${method}.png`);
    const args = ['explain', drive, ...steering, '--method', method, '--at', '6', '--out', out];
    const { code, stdout } = await windshield(args).finished;
    expect(code).toBe(0);
    expect(stdout).toMatch(/steering at 6\.00 s steers \d+\.\d° to the (left|right)/);
    const { widthPx, heightPx, data } = await decodeImage(out);
    expect([widthPx, heightPx]).toEqual([1280, 720]);
    // Somewhere it is hot: far more red than green; and most of it is not.
    let hot = 0;
    for (let i = 0; i < data.length; i += 3) if (data[i]! > data[i + 1]! + 80) hot++;
    expect(hot).toBeGreaterThan(200);
    expect(hot).toBeLessThan((data.length / 3) * 0.3);
  },
);

test.each([
  ['gradient', 'detection'],
  ['smoothgrad', 'signs'],
  ['integrated', 'steering'],
  ['grad-cam', 'segmentation'],
])('%s paints what %s is based on', async (method, stage) => {
  const out = join(dir, `${method}-${stage}.png`);
  const args = ['explain', drive, '--stage', stage, '--method', method, '--at', '6', '--out', out];
  const { code, stdout } = await windshield(args).finished;
  expect(code).toBe(0);
  expect(stdout).toContain(`(${method})`);
  const { data } = await decodeImage(out);
  let hot = 0;
  for (let i = 0; i < data.length; i += 3) if (data[i]! > data[i + 1]! + 80) hot++;
  expect(hot).toBeGreaterThan(20);
  expect(hot).toBeLessThan((data.length / 3) * 0.5);
});

test('a quantised network is explained through its float32 twin, and the answer says so', async () => {
  const bundle = join(repoDir, 'models/steering-int8');
  const asked = ['--stage', 'steering', '--bundle', bundle, '--method', 'gradient'];
  const out = join(dir, 'twin.png');
  const { code, stdout } = await windshield(['explain', drive, ...asked, '--out', out]).finished;
  expect(code).toBe(0);
  expect(stdout).toMatch(/through the float32 twin of .*steering-int8: .*models\/steering\n/);
});

test('a quantised network without its twin is one line that says what is looked for', async () => {
  const alone = join(dir, 'alone', 'steering-int8');
  await cp(join(repoDir, 'models/steering-int8'), alone, { recursive: true });
  const manifest = join(alone, 'manifest.json');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace(/("floatSha256": ")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`));
  const asked = ['--stage', 'steering', '--bundle', alone, '--method', 'gradient'];
  const out = join(dir, 'no-twin.png');
  const { code, stderr } = await windshield(['explain', drive, ...asked, '--out', out]).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/expected a bundle of sha256 000000000000… beside it, found none/);
});

test.each([
  [
    'a layer that is not there',
    [...steering, '--method', 'grad-cam', '--layer', 'convv2'],
    /expected one of conv1, .*conv5, found convv2; did you mean "conv2"\?.*ERR_USAGE/,
  ],
  [
    'a layer without Grad-CAM',
    [...steering, '--method', 'gradient', '--layer', 'conv2'],
    /expected --layer with --method grad-cam, activations or neuron, found gradient/,
  ],
  [
    'a network that branches',
    ['--stage', 'detection', '--method', 'visual-backprop'],
    /expects convolutions in one row.*ERR_USAGE/,
  ],
  [
    'a bundle of another task',
    ['--stage', 'signs', '--bundle', join(repoDir, 'models/steering')],
    /expected a bundle for signs, found one for steering/,
  ],
  ['a time behind the end', [...steering, '--at', '900'], /expected a frame at 900 s/],
])('%s is one line and exit code 2', async (_, args, message) => {
  const out = join(dir, 'none.png');
  const { code, stderr } = await windshield(['explain', drive, ...args, '--out', out]).finished;
  expect(code).toBe(2);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
});

test('on rendered frames integrated gradients of a sign lie on the sign, and beat an order by chance', async () => {
  const args = ['explain', drive, '--stage', 'signs', '--measure', '3', '--method', 'integrated'];
  const { code, stdout } = await windshield([...args, '--json']).finished;
  expect(code).toBe(0);
  const [integrated, random] = JSON.parse(stdout);
  expect([integrated.method, random.method]).toEqual(['integrated', 'random']);
  expect(integrated.pictures).toBe(3);
  expect(integrated.deletion).toBeLessThan(random.deletion);
  expect(integrated.onTruth).toBeGreaterThan(integrated.truthArea + 0.1);
  expect(Math.abs(random.onTruth - random.truthArea)).toBeLessThan(0.05);
});

test.skipIf(spawnSync('ffmpeg', ['-version']).status !== 0)(
  'a film has every frame that was asked for',
  async () => {
    const film = join(dir, 'why.mp4');
    const args = ['explain', drive, ...steering, '--film', film, '--every', '25', '--width', '320'];
    const { code, stdout } = await windshield(args).finished;
    expect(code).toBe(0);
    expect(stdout).toMatch(/10 frames of 320x180 at 0\.8 fps, visual-backprop, \d+\.\d ms a frame/);
    const count = ['-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0'];
    const probe = spawnSync('ffprobe', ['-v', 'error', ...count, film], { encoding: 'utf8' });
    expect(probe.stdout.trim()).toBe('10');
  },
);

test.each([
  ['--film', 'a.mp4'],
  ['--measure', '1'],
  ['--out', 'a.png'],
  ['--method', 'weights', '--out', 'a.png'],
])('without --stage, %s %s says that it is missing', async (...args) => {
  const { code, stderr } = await windshield(['explain', drive, ...args]).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/expected --stage, one of detection, .*ERR_USAGE/);
});

test.each([
  ['--film', 'a.mp4'],
  ['--measure', '1'],
  ['--method', 'weights', '--out', 'a.png'],
])('%s %s of another task is refused as a picture of it is', async (...args) => {
  const asked = [
    'explain',
    drive,
    '--stage',
    'signs',
    '--bundle',
    join(repoDir, 'models/steering'),
  ];
  const { code, stderr } = await windshield([...asked, ...args]).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/expected a bundle for signs, found one for steering/);
});

test.each([
  ['nothing to write', [], /expected one of --out, --film, --measure and --view, found none/],
  ['two things at once', ['--out', 'a.png', '--measure', '2'], /found 2/],
  [
    'a film of another kind',
    ['--film', 'why.avi'],
    /expected a file.mp4 or file.gif, found why.avi/,
  ],
  [
    'a film by another method',
    ['--film', 'why.mp4', '--method', 'gradient'],
    /--film: expected --method visual-backprop, found gradient/,
  ],
])('%s is one line and exit code 2', async (_, args, message) => {
  const { code, stderr } = await windshield(['explain', drive, ...steering, ...args]).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
