import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FolderStore } from '../../../../tools/fleet/store/folder-store.js';
import { identify } from '../../../../tools/fleet/store/identity.js';
import { S3Store } from '../../../../tools/fleet/store/s3-store.js';
import type { Store } from '../../../../tools/fleet/store/store.js';
import { type S3Server, startS3 } from '../../../support/s3-server.js';

let dir: string;
let server: S3Server;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-store-'));
  server = await startS3(join(dir, 's3'), ['drives']);
  Object.assign(process.env, server.env);
});
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true });
});
beforeEach(() => {
  server.faultOf = () => undefined;
  server.requests.length = 0;
});

const backOff = { tries: 4, firstMs: 1, mostMs: 4 };
/** Shorter than a busy machine may take for an answer: for stores that are silent on purpose. */
const shortMs = 600;
const openS3 = (prefix = '', silenceMs = 30_000) =>
  S3Store.open(`s3://drives${prefix}`, { endpoint: server.endpoint, backOff, silenceMs });
function bytesOf(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + seed) % 251;
  return bytes;
}
const areEqual = (a: Uint8Array | undefined, b: Uint8Array) => Buffer.compare(a!, b) === 0;
/** Reads what tells a drive from others, and closes it. */
async function identityIn(store: Store, key: string) {
  const opened = await store.open(key);
  const identity = await identify(opened);
  await opened.close();
  return identity;
}
const keysOf = async (store: Store, prefix: string) => {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
};

describe.each([
  ['a folder', async () => new FolderStore(join(dir, 'folder'))],
  ['a bucket', async () => openS3('/some/prefix')],
])('%s', (_, open) => {
  test('gives back what was put into it, whole and in parts, and lists it in order', async () => {
    const store = await open();
    const bytes = bytesOf(700_000);
    await store.put('units/b/results', bytes);
    await writeFile(join(dir, 'file'), bytesOf(10, 3));
    await store.putFile('units/a/results', join(dir, 'file'));
    await store.put('units/a/results', bytesOf(12, 4));
    expect(await keysOf(store, 'units/')).toEqual(['units/a/results', 'units/b/results']);
    expect(await keysOf(store, 'units/b')).toEqual(['units/b/results']);
    expect(await keysOf(store, 'none/')).toEqual([]);
    expect(areEqual(await store.read('units/a/results'), bytesOf(12, 4))).toBe(true);
    expect(await store.read('units/c/results')).toBeUndefined();
    const opened = await store.open('units/b/results');
    expect(opened.sizeBytes).toBe(bytes.length);
    for (const [offset, length] of [
      [0, 8],
      [65_530, 20],
      [300_000, 150_000],
      [699_990, 100],
    ] as const) {
      const part = await opened.read(offset, length);
      expect(areEqual(part, bytes.subarray(offset, offset + length)), `${offset}`).toBe(true);
    }
    await opened.close();
    expect(areEqual(await readFile(await store.local('units/b/results', dir)), bytes)).toBe(true);
    await expect(store.open('units/c/results')).rejects.toMatchObject({
      code: 'ERR_SOURCE_MISSING',
    });
    await store.close();
  });
});

test('a drive has one identity wherever it lies, and another as soon as its index changes', async () => {
  const [folder, bucket] = [new FolderStore(join(dir, 'one')), openS3()];
  for (const length of [10, 100_000, 2_000_000]) {
    const bytes = bytesOf(length);
    await folder.put('drive', bytes);
    await bucket.put('drive', bytes);
    const here = await identityIn(folder, 'drive');
    expect(await identityIn(bucket, 'drive')).toEqual(here);
    bytes[length - 5]! ^= 1;
    await folder.put('drive', bytes);
    expect(await identityIn(folder, 'drive')).not.toEqual(here);
  }
  await bucket.close();
});

describe('a store that fails for a while is asked again', () => {
  test.each(['refuse', 'silence', 'break', 'busy'] as const)('%s', async (fault) => {
    const store = openS3('', fault === 'silence' ? shortMs : undefined);
    await store.put('drive', bytesOf(500_000));
    const opened = await store.open('drive');
    let left = 2;
    server.faultOf = () => (left-- > 0 ? fault : undefined);
    const part = bytesOf(500_000).subarray(100, 400_100);
    expect(areEqual(await opened.read(100, 400_000), part)).toBe(true);
    left = 2;
    if (fault !== 'break') await store.put('other', bytesOf(10));
    const expected = fault === 'break' ? 5 : 8;
    // A machine that is slower than the bound asks once more.
    if (fault === 'silence') expect(server.requests.length).toBeGreaterThanOrEqual(expected);
    else expect(server.requests.length).toBe(expected);
    await store.close();
  });

  test('and when it goes on failing, that is said with the number of tries', async () => {
    const store = openS3();
    server.faultOf = () => 'busy';
    await expect(store.put('drive', bytesOf(3))).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringMatching(
        /^s3:\/\/drives\/drive: expected to write it, found 503 SlowDown: .* \(4 tries\)$/,
      ),
    });
    await expect(store.read('drive')).rejects.toMatchObject({ code: 'ERR_SOURCE_LOST' });
    server.faultOf = () => 'silence';
    const impatient = openS3('', shortMs);
    await expect(impatient.read('drive')).rejects.toMatchObject({ code: 'ERR_SOURCE_LOST' });
    await impatient.close();
    await store.close();
  });
});

test('a full bucket and a wrong key are said at once', async () => {
  const store = openS3();
  server.faultOf = () => 'full';
  await expect(store.put('drive', bytesOf(3))).rejects.toMatchObject({
    code: 'ERR_OUTPUT',
    message:
      's3://drives/drive: expected to write it, found 507 QuotaExceeded: The bucket is full.',
  });
  server.faultOf = () => 'forbidden';
  await expect(store.read('drive')).rejects.toMatchObject({
    message: 's3://drives/drive: expected to read it, found 403 AccessDenied: Access Denied',
  });
  expect(server.requests).toHaveLength(2);
  await store.close();
});

test('a drive that is written anew while it is read is noticed', async () => {
  const store = openS3();
  await store.put('drive', bytesOf(500_000));
  const opened = await store.open('drive');
  await store.put('drive', bytesOf(500_000, 9));
  await expect(opened.read(70_000, 100)).rejects.toMatchObject({ code: 'ERR_RECORDING' });
  await store.close();
});

test('credentials come from the environment, or the store is not opened', () => {
  const { AWS_SECRET_ACCESS_KEY } = process.env;
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  expect(() => openS3()).toThrow(/expected credentials in AWS_ACCESS_KEY_ID/);
  process.env['AWS_SECRET_ACCESS_KEY'] = AWS_SECRET_ACCESS_KEY;
  expect(() => S3Store.open('s3://', {})).toThrow(/expected s3:\/\/bucket\/prefix, found s3:\/\//);
});

test('linked folders and files are listed and read, and a link back up ends nothing in a circle', async () => {
  const [drives, elsewhere] = [join(dir, 'linked'), join(dir, 'elsewhere')];
  await mkdir(join(drives, 'own'), { recursive: true });
  await mkdir(join(elsewhere, 'deep'), { recursive: true });
  await writeFile(join(drives, 'own', 'a'), 'a');
  await writeFile(join(elsewhere, 'deep', 'b'), 'bb');
  await symlink(elsewhere, join(drives, 'linked'));
  await symlink(join(elsewhere, 'deep', 'b'), join(drives, 'own', 'file'));
  await symlink(drives, join(elsewhere, 'up'));
  await symlink('round', join(drives, 'round'));
  await symlink('nowhere', join(drives, 'own', 'gone'));
  const store = new FolderStore(drives);
  expect(await keysOf(store, '')).toEqual(['linked/deep/b', 'own/a', 'own/file']);
  expect(await keysOf(store, 'linked/de')).toEqual(['linked/deep/b']);
  expect(areEqual(await store.read('linked/deep/b'), Buffer.from('bb'))).toBe(true);
  // What a link leads to may lie above: all of it is listed but the way back.
  await symlink(dir, join(drives, 'own', 'above'));
  const keys = await keysOf(store, 'own/');
  expect(keys).toContain('own/above/elsewhere/deep/b');
  expect(keys.filter((key) => /linked\/own\/above|above\/.*above/.test(key))).toEqual([]);
});

test('a name that leads out of the folder is refused', async () => {
  const store = new FolderStore(join(dir, 'folder'));
  await expect(store.put('../outside', bytesOf(3))).rejects.toMatchObject({ code: 'ERR_USAGE' });
});
