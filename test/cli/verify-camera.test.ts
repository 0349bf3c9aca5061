import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { referenceOf } from '../../cli/verify.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

let dir: string;
let rig: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-reference-'));
  rig = join(dir, 'rig.mcap');
  const writer = await RecordingWriter.create(rig);
  for (const camera of ['front', 'rear'])
    await writer.writeEncoded('perception', 0n, new Uint8Array(), `/${camera}/perception`);
  await writer.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('one camera is judged by its part of a rig’s reference', async () => {
  expect(await referenceOf({ reference: rig, camera: 'rear' })).toBe(`${rig}#rear`);
  expect(await referenceOf({ reference: `${rig}#front` })).toBe(`${rig}#front`);
  expect(await referenceOf({ reference: rig })).toBe(rig);
});

test('one camera does not replace the reference of a rig', async () => {
  await expect(referenceOf({ reference: rig, camera: 'rear', update: true })).rejects.toMatchObject(
    { code: 'ERR_OUTPUT' },
  );
  expect(await referenceOf({ reference: rig, update: true })).toBe(rig);
});

test('a reference that is not there is made only with --update', async () => {
  const reference = join(dir, 'none.mcap');
  await expect(referenceOf({ reference, camera: 'rear' })).rejects.toMatchObject({
    code: 'ERR_SOURCE_MISSING',
    message: `there is no reference ${reference}; --update makes one`,
  });
  expect(await referenceOf({ reference, camera: 'rear', update: true })).toBe(reference);
});
