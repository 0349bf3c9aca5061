import { spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, repoDir, start, windshield } from '../support/command-line.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const python = '/usr/bin/python3';
const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const missing = [
  runs('protoc', '--version') ? [] : ['protoc'],
  runs(python, '-c', 'import zmq, google.protobuf') ? [] : ['python3 with pyzmq and protobuf'],
].flat();

let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(80, 20);
});
afterAll(() => rig.remove());

/** Starts the subscriber, then a real replay; returns what the subscriber printed. */
async function listen(program: string, args: (endpoint: string) => string[]): Promise<string[]> {
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const subscriber = start(program, args(endpoint));
  const drive = ['replay', rig.drivePath, '--pipeline', rig.pipelinePath, '--endpoint', endpoint];
  const replay = windshield(drive);
  const heard = await subscriber.finished;
  expect(heard.stderr).toBe('');
  expect(heard.code).toBe(0);
  replay.child.kill('SIGINT');
  expect((await replay.finished).code).toBe(0);
  return heard.stdout.trimEnd().split('\n');
}

function expectDrive(lines: string[]): void {
  expect(lines).toHaveLength(21);
  for (const line of lines.slice(0, 20))
    expect(line).toMatch(/^frame \d+ .* steer [+-]?\d+\.\d deg/);
  expect(lines.at(-2)).toContain('traffic_sign');
  expect(lines.at(-2)).toContain('sign stop');
  expect(lines.at(-1)).toBe('20 frames received, 0 lost on the way');
}

describe('examples/subscriber.py', () => {
  const reason = missing.length === 0 ? '' : ` (skipped: no ${missing.join(', no ')})`;
  test.skipIf(missing.length > 0)(
    `receives a drive with two parts a message${reason}`,
    async () => {
      const dir = join(rig.dir, 'examples');
      await mkdir(dir);
      await copyFile(join(repoDir, 'examples/subscriber.py'), join(dir, 'subscriber.py'));
      const proto = ['--proto_path=src/messages', `--python_out=${dir}`];
      expect(runs('protoc', ...proto, 'windshield/v1/perception.proto')).toBe(true);
      expectDrive(
        await listen(python, (endpoint) => [join(dir, 'subscriber.py'), endpoint, '--count', '20']),
      );
    },
  );

  test.skipIf(missing.length > 0)(
    'says what to do where the messages are not generated',
    async () => {
      const dir = join(rig.dir, 'bare');
      await mkdir(dir);
      await copyFile(join(repoDir, 'examples/subscriber.py'), join(dir, 'subscriber.py'));
      const { code, stderr } = await start(python, [join(dir, 'subscriber.py')]).finished;
      expect(code).toBe(1);
      expect(stderr).toContain('protoc --proto_path=src/messages');
    },
  );
});

test('examples/subscriber.ts receives the same, built as its first lines say', async () => {
  const outfile = join(repoDir, 'dist', `subscriber-${process.pid}.js`);
  const build = ['examples/subscriber.ts', '--bundle', '--packages=external', '--format=esm'];
  expect(runs('node_modules/.bin/esbuild', ...build, `--outfile=${outfile}`)).toBe(true);
  expectDrive(await listen(process.execPath, (endpoint) => [outfile, endpoint, '20']));
});
