import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { windshield } from '../../../support/command-line.js';
import { writeSlowSteering } from '../../../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../../../support/tiny-rig.js';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(1);
});
afterAll(() => rig.remove());

const loop = (...args: string[]) =>
  windshield(['simulate', 'loop', '--size', '96x64', '--rate', '10', ...args]).finished;

test('--json prints exactly one object with the promised fields', async () => {
  const { code, stdout } = await loop('--controller', 'reference', '--seconds', '20', '--json');
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as Record<string, unknown>;
  expect(result).toMatchObject({
    autonomy: 100,
    interventions: 0,
    seed: 1,
    controller: 'reference',
  });
  for (const name of ['elapsedS', 'meanOffsetM', 'p95OffsetM', 'jerkP95'])
    expect(result[name]).toBeTypeOf('number');
});

test.each([
  [['--seconds', '60', '--track', '100'], 'track of'],
  [['--latency-ms', '-1'], '--latency-ms'],
  [['--speed', '900'], '--speed'],
  [['--controller', 'autopilot'], 'autopilot'],
  [['--pipeline', '/no/such.yaml'], '/no/such.yaml'],
])('%j ends with one clear line and code 2', async (args, named) => {
  const { code, stdout, stderr } = await loop('--seconds', '2', ...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(named);
});

test('a pipeline that never answers in time: the car brakes, one line says so, code 1', async () => {
  await writeSlowSteering(join(rig.dir, 'slow'), 2000);
  const path = await rig.writePipeline('slow.yaml', {
    bundles: { steering: 'slow' },
    lanes: [['steering']],
  });
  const { code, stdout, stderr } = await loop(
    ...['--pipeline', path, '--seconds', '30', '--answer-ms', '1', '--json'],
  );
  expect(code).toBe(1);
  const result = JSON.parse(stdout) as { stopped: string; unanswered: number; elapsedS: number };
  expect(result.elapsedS).toBeLessThan(30);
  expect(result.unanswered).toBeGreaterThanOrEqual(20);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('braked');
});

test.skipIf(!hasFfmpeg)('--video writes a film of the drive (needs ffmpeg)', async () => {
  const path = join(rig.dir, 'drive.mp4');
  const { code } = await loop('--controller', 'reference', '--seconds', '1', '--video', path);
  expect(code).toBe(0);
  expect(statSync(path).size).toBeGreaterThan(1000);
  expect(existsSync(join(rig.dir, 'drive.partial.mp4'))).toBe(false);
});
