import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { windshield } from '../../support/command-line.js';

const dir = mkdtempSync(join(tmpdir(), 'simulate-command-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const simulate = (...args: string[]) => windshield(['simulate', ...args]).finished;
const smallDrive = ['drive', '--seconds', '0.2', '--size', '320x180', '--seed', '5', '--out'];

test('the same drive rendered twice is the same file', async () => {
  const paths = [join(dir, 'first.mcap'), join(dir, 'second.mcap')] as const;
  for (const path of paths) {
    const { code, stdout } = await simulate(...smallDrive, path);
    expect(code).toBe(0);
    expect(stdout).toContain('4 frames of 320x180');
  }
  expect(Buffer.compare(readFileSync(paths[0]), readFileSync(paths[1]))).toBe(0);
});

test.each([
  [['drive', '--seconds', '0', '--out', 'x.mcap'], '--seconds', 'ERR_USAGE'],
  [['drive', '--size', '12', '--out', 'x.mcap'], '--size', 'ERR_USAGE'],
  [['dataset', '--task', 'lidar', '--out', 'x'], 'lidar', 'ERR_USAGE'],
  [['dataset', '--task', 'signs', '--count', '1.5', '--out', 'x'], '--count', 'ERR_USAGE'],
  [[...smallDrive, '/no/such/folder/x.mcap'], '/no/such/folder/x.mcap', 'ERR_OUTPUT'],
])('%j ends with one clear line and code 2', async (args, named, errorCode) => {
  const { code, stderr } = await simulate(...args);
  expect(code).toBe(2);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(named);
  expect(stderr).toContain(errorCode);
  expect(existsSync('x.mcap')).toBe(false);
});

test('a drive that is interrupted leaves nothing behind', async () => {
  const path = join(dir, 'long.mcap');
  const running = windshield([
    'simulate',
    'drive',
    '--seconds',
    '60',
    '--size',
    '320x180',
    '--out',
    path,
  ]);
  const isStarted = () => readdirSync(dir).some((name) => name.startsWith('long.mcap'));
  await expect.poll(isStarted).toBe(true);
  running.child.kill('SIGINT');
  const { code } = await running.finished;
  expect(code).toBe(130);
  expect(isStarted()).toBe(false);
});
