import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../tools/doctor/finding.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(40, 20);
});
afterAll(() => rig.remove());

async function diagnosed(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await windshield(['doctor', ...args, '--json'], env).finished;
  expect(stderr).toBe('');
  const { isReady, findings, headroom } = JSON.parse(stdout);
  return {
    code,
    isReady,
    headroom,
    findings: findings as Finding[],
    finding: (name: string) => (findings as Finding[]).find((known) => known.name === name),
  };
}

test('a pipeline file that has all it needs: exit code 0, one object, and what to expect', async () => {
  const out = join(rig.dir, 'recordings');
  await mkdir(out);
  const path = await rig.writePipeline('recording.yaml', {
    record: 'recordings/result.mcap',
    providers: ['tensorrt', 'cpu'],
  });
  const { code, isReady, findings, finding, headroom } = await diagnosed([path]);
  expect({ code, isReady }).toEqual({ code: 0, isReady: true });
  for (const { state, isNeeded, found } of findings) {
    expect(['ok', 'warning', 'missing', 'failed']).toContain(state);
    expect(found).not.toBe('');
    if (isNeeded) expect(['ok', 'warning']).toContain(state);
  }
  for (const name of [
    'Node.js',
    'ONNX Runtime',
    'provider cpu',
    'source',
    'endpoint',
    'calibration',
  ])
    expect(finding(name)).toMatchObject({ state: 'ok', isNeeded: true });
  for (const task of ['steering', 'detection', 'signs', 'segmentation'])
    expect(finding(`bundle ${task}`)).toMatchObject({ state: 'ok', isNeeded: true });
  expect(finding('disk')).toMatchObject({ isNeeded: true });
  expect(finding('disk')!.found).toContain(out);
  // Nothing of the write test stays in the folder that was recorded to.
  expect(await readdir(out)).toEqual([]);
  expect(headroom).toMatchObject({
    nominalRateHz: 20,
    isRateAssumed: false,
    widthPx: 128,
    heightPx: 96,
    lanes: [{ lane: 'steering+detection+signs' }, { lane: 'segmentation' }],
    expectedRateHz: expect.any(Number),
  });
});

test('everything that is not there is found at once: exit code 1', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const broken = await makeTinyRig(2);
  await appendFile(join(broken.bundleDirs.steering, 'model.onnx'), 'x');
  await rm(broken.bundleDirs.segmentation, { recursive: true });
  const path = await broken.writePipeline('broken.yaml', {
    source: 'gone.mcap',
    calibration: 'gone.yaml',
    record: 'no/folder/result.mcap',
    publish: { zeromq: { endpoint: `tcp://127.0.0.1:${port}` } },
  });
  const { code, isReady, findings, finding, headroom } = await diagnosed([path]);
  server.close();
  await broken.remove();
  expect({ code, isReady }).toEqual({ code: 1, isReady: false });
  expect(finding('source')).toMatchObject({ state: 'missing', isNeeded: true });
  expect(finding('calibration')).toMatchObject({ state: 'failed', isNeeded: true });
  expect(finding('disk')).toMatchObject({ state: 'missing', isNeeded: true });
  expect(finding('endpoint')).toMatchObject({ state: 'failed', isNeeded: true });
  expect(finding('endpoint')!.found).toContain(String(port));
  expect(finding('bundle steering')).toMatchObject({ state: 'failed', isNeeded: true });
  expect(finding('bundle steering')!.found).toContain('ERR_BUNDLE_HASH');
  expect(finding('bundle segmentation')).toMatchObject({ state: 'missing', isNeeded: true });
  // What is right is still said to be.
  expect(finding('bundle detection')).toMatchObject({ state: 'ok' });
  expect(headroom.expectedRateHz).toBeNull();
  for (const { isNeeded, state, action } of findings)
    if (isNeeded && state !== 'ok') expect(action).not.toBe('');
});

test('a video needs ffmpeg, and a camera that is not plugged in is missing', async () => {
  await appendFile(join(rig.dir, 'drive.mp4'), 'no recording');
  const video = await rig.writePipeline('video.yaml', { source: 'drive.mp4' });
  const { code, finding } = await diagnosed([video], { PATH: '/nowhere' });
  expect(code).toBe(1);
  expect(finding('ffmpeg')).toMatchObject({ state: 'missing', isNeeded: true });
  expect(finding('GStreamer')).toMatchObject({ state: 'missing', isNeeded: false });
  expect(finding('source')).toMatchObject({ isNeeded: true, found: expect.stringContaining('ff') });
});

test('without a pipeline file the machine alone is looked at, as a table', async () => {
  const { code, stdout, stderr } = await windshield(['doctor']).finished;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^ok {6}\* Node\.js +\d+\.\d+\.\d+ on /m);
  expect(stdout).toMatch(/^ok {6}\* provider cpu +runs: \d+\.\d+ ms for a small network/m);
  expect(stdout).toMatch(/^(ok|missing|failed ) +provider cuda /m);
  expect(stdout).toMatch(/\nready: all that is needed is there/);
  expect(stdout).not.toContain('bundle');
});

test('a camera that is asked for and not there is exit code 1', async () => {
  const { code, finding } = await diagnosed(['--camera', '/dev/no-camera']);
  expect(code).toBe(1);
  expect(finding('camera /dev/no-camera')).toMatchObject({ state: 'failed', isNeeded: true });
});

test.each([
  ['a pipeline file that is not there', () => ['/no/pipeline.yaml'], 'ERR_CONFIG'],
  ['a recording in its place', () => [rig.drivePath], 'ERR_CONFIG'],
  ['no time to measure a camera', () => ['--seconds', '0'], 'ERR_USAGE'],
])('%s is one line and exit code 2', async (_, args, code) => {
  const finished = await windshield(['doctor', ...args()]).finished;
  expect(finished).toMatchObject({ code: 2, stdout: '' });
  expect(finished.stderr).toMatch(new RegExp(`^windshield: .* \\(${code}\\)\n$`));
});
