import { mkdtemp, rm } from 'node:fs/promises';
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
  [
    'a network that branches',
    ['--stage', 'detection', '--method', 'visual-backprop'],
    /expects convolutions in one row.*ERR_USAGE/,
  ],
  [
    'a quantised network',
    [
      '--stage',
      'steering',
      '--bundle',
      join(repoDir, 'models/steering-int8'),
      '--method',
      'visual-backprop',
    ],
    /explain its float32 twin.*ERR_USAGE/,
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
