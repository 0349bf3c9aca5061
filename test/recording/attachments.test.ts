import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAttachments } from '../../src/recording/attachments.js';
import { copyRecordings } from '../../src/recording/copy-recording.js';
import { recordingInfo } from '../../src/recording/recording-info.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

let dir: string;
let rig: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-attachments-'));
  rig = join(dir, 'rig.mcap');
  const writer = await RecordingWriter.create(rig);
  const mediaType = 'application/json';
  const data = new TextEncoder().encode('{}');
  for (const name of ['/front/calibration.json', '/rear/calibration.json', 'pipeline.json'])
    await writer.addAttachment({ name, mediaType, data });
  for (const [at, camera] of ['front', 'rear', 'front'].entries())
    await writer.writeEncoded(
      'perception',
      BigInt(at) * 1_000_000_000n,
      data,
      `/${camera}/perception`,
    );
  await writer.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const namesIn = async (location: string) =>
  (await readAttachments(location)).map(({ name }) => name);

test('one camera of a rig has its own files, and those of nobody', async () => {
  expect(await namesIn(rig)).toHaveLength(3);
  expect(await namesIn(`${rig}#front`)).toEqual(['calibration.json', 'pipeline.json']);
});

test('one camera of a rig is described as if it were the only one', async () => {
  const { topics, attachments } = await recordingInfo(`${rig}#front`);
  expect(topics).toMatchObject([{ topic: 'perception', messages: 2 }]);
  expect(attachments.map(({ name }) => name)).toEqual(['calibration.json', 'pipeline.json']);
});

test('a copy of one camera of a rig has the files of no other camera', async () => {
  const out = join(dir, 'front.mcap');
  await copyRecordings([`${rig}#front`], out, { facts: { how: 'cut' } });
  expect(await namesIn(out)).toEqual(['calibration.json', 'pipeline.json']);
});
