import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDrives } from '../../../simulator/datasets/write-drives.js';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { openUdacity } from '../../../tools/datasets/udacity.js';
import { windshield } from '../../support/command-line.js';
import { writeSlowSteering } from '../../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';

let rig: TinyRig;
let config: PipelineConfig;
beforeAll(async () => {
  rig = await makeTinyRig(1);
  const only = { bundles: { steering: 'models/steering' }, lanes: [['steering']] };
  config = await loadPipelineFile(await rig.writePipeline('steering.yaml', only));
});
afterAll(() => rig.remove());

const drives = (name: string) => ({
  config,
  // Drives of thirty pictures, and ten of a second one.
  count: 40,
  driveS: 6,
  seed: 8000,
  widthPx: 96,
  heightPx: 64,
  outDir: join(rig.dir, name),
});
const contentsOf = (dir: string) =>
  new Map(
    readdirSync(join(dir, 'IMG'))
      .sort()
      .map((file) => [file, readFileSync(join(dir, 'IMG', file), 'latin1')]),
  );
const logOf = (dir: string) => readFileSync(join(dir, 'driving_log.csv'), 'utf8');

test('drives are read back as a Udacity log whose angles lead back to the lane', async () => {
  const run = drives('whole');
  expect(await writeDrives(run)).toEqual({ written: 40 });
  const set = await openUdacity(run.outDir);
  expect(set.problems).toEqual([]);
  expect(set.samples).toHaveLength(40);
  expect(await set.samples[0]!.load()).toMatchObject({ widthPx: 96, heightPx: 64 });
  // The tiny network knows no road: it strays to both sides again and again, and the labels say back.
  const angles = set.samples.map(({ steeringRad }) => steeringRad);
  expect(Math.max(...angles)).toBeGreaterThan(0.03);
  expect(Math.min(...angles)).toBeLessThan(0);
});

test('a run that was interrupted goes on after its last whole drive, and leaves the same bytes', async () => {
  const interruption = new AbortController();
  const run = { ...drives('resumed'), signal: interruption.signal };
  const first = await writeDrives({ ...run, onProgress: () => interruption.abort() });
  expect(first).toEqual({ written: 30 });
  expect(await writeDrives(drives('resumed'))).toEqual({ written: 40 });
  const whole = join(rig.dir, 'whole');
  expect(logOf(run.outDir)).toBe(logOf(whole));
  expect(contentsOf(run.outDir)).toEqual(contentsOf(whole));
});

test('a folder of another driver is refused', async () => {
  await writeSlowSteering(join(rig.dir, 'other'), 10);
  const path = await rig.writePipeline('other.yaml', {
    bundles: { steering: 'other' },
    lanes: [['steering']],
  });
  const other = { ...drives('whole'), config: await loadPipelineFile(path) };
  await expect(writeDrives(other)).rejects.toMatchObject({
    code: 'ERR_OUTPUT',
    message: expect.stringContaining('driverSha256'),
  });
});

test.each([
  [['--task', 'detection'], '--driver with steering'],
  [['--task', 'steering', '--single-lane', '1'], '--single-lane'],
  [['--task', 'steering', '--truth'], '--truth'],
])('--driver with %j ends with one line and code 2', async (args, named) => {
  const command = ['simulate', 'dataset', '--driver', 'p.yaml', '--out', join(rig.dir, 'no')];
  const { code, stderr } = await windshield([...command, ...args]).finished;
  expect(code).toBe(2);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(named);
});
