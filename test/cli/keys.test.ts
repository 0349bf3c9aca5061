import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keysCommand } from '../../cli/keys.js';
import { readTokenFile } from '../../src/outputs/page/token-file.js';
import { readCurveKeyFile } from '../../src/outputs/zeromq/curve-key-file.js';
import { start } from '../support/command-line.js';

const dir = mkdtempSync(join(tmpdir(), 'windshield-keys-'));
afterAll(() => rmSync(dir, { recursive: true }));
const make = (kind: string, path: string) => keysCommand().parseAsync(['node', 'keys', kind, path]);
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('makes a token that a pipeline file can name, readable by its owner only, another each time', async () => {
  const [first, second] = [join(dir, 'a'), join(dir, 'b')];
  await make('token', first);
  await make('token', second);
  expect(modeOf(first)).toBe(0o600);
  expect(await readTokenFile(first)).not.toBe(await readTokenFile(second));
});

test('makes keys of CurveZMQ, the public one also alone', async () => {
  const path = join(dir, 'rig');
  await make('curve', path);
  const { publicKey, secretKey } = await readCurveKeyFile(path);
  expect(publicKey).not.toBe(secretKey);
  expect([modeOf(path), modeOf(`${path}.pub`)]).toEqual([0o600, 0o600]);
  expect(readFileSync(`${path}.pub`, 'utf8')).toBe(`public ${publicKey}\n`);
});

test('keys that are there stay', async () => {
  const path = join(dir, 'kept');
  await make('token', path);
  const before = readFileSync(path, 'utf8');
  await expect(make('curve', path)).rejects.toThrow('keys are not written over');
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('where only the public file is there already, no secret key is left without its public one', async () => {
  const path = join(dir, 'half');
  writeFileSync(`${path}.pub`, 'public of another rig\n');
  await expect(make('curve', path)).rejects.toMatchObject({
    code: 'ERR_OUTPUT',
    message: `${path}.pub: expected no file there, found one; keys are not written over`,
  });
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(`${path}.pub`, 'utf8')).toBe('public of another rig\n');
});

test('a key for which the disk has no room leaves no file', async () => {
  const path = join(dir, 'no-room');
  // A bound on the size of a file is the full disk that every user can make.
  const words = ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, 'bin/windshield.js'];
  const { code, stderr } = await start('/bin/sh', [...words, 'keys', 'curve', path]).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/cannot write .*no-room: expected room.*EFBIG/);
  expect([path, `${path}.pub`].filter(existsSync)).toEqual([]);
});
