import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '../../cli/log-file.js';
import { windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

let rig: TinyRig;
let dir: string;
beforeAll(async () => {
  rig = await makeTinyRig(6);
  dir = await mkdtemp(join(tmpdir(), 'windshield-log-'));
});
afterAll(async () => {
  await rig.remove();
  await rm(dir, { recursive: true, force: true });
});

const entries = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a run leaves what it ran and how it ended, with times and levels', async () => {
  const path = join(dir, 'run.log');
  const args = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--lockstep', '--log', path];
  const { code } = await windshield(args).finished;
  expect(code).toBe(0);
  const log = await entries(path);
  expect(log.map(({ msg }) => msg)).toEqual([
    'the run starts',
    ...Array(4).fill('stage'),
    'output',
    'the run ended',
  ]);
  expect(log.every(({ time }) => !Number.isNaN(Date.parse(String(time))))).toBe(true);
  expect(log.at(-1)).toMatchObject({ end: 'ended', frames: { in: 6, published: 6 } });
});

test('a second run goes on in the same file', async () => {
  const path = join(dir, 'twice.log');
  for (const message of ['one', 'two']) {
    const log = openLog(path, 'info');
    log.debug({}, 'below the level');
    log.info({ frameId: 3 }, message);
    await log.close();
  }
  expect((await entries(path)).map(({ msg }) => msg)).toEqual(['one', 'two']);
});

test('a log that cannot be written is one line and exit code 2', async () => {
  const args = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--lockstep'];
  const { code, stderr } = await windshield([...args, '--log', join(dir, 'no/such/folder.log')])
    .finished;
  expect(code).toBe(2);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/cannot write the log .*\(ERR_OUTPUT\)$/);
});

// A device that is always full.
test.skipIf(!existsSync('/dev/full'))(
  'a full disk ends the log, and the run ends as ever',
  async () => {
    const args = ['replay', rig.drivePath, '-p', rig.pipelinePath, '--lockstep'];
    const { code } = await windshield([...args, '--log', '/dev/full']).finished;
    expect(code).toBe(0);
  },
  60_000,
);
