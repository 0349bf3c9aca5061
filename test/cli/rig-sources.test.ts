import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { driveOfResults } from '../../cli/rig-sources.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';
import { exportPictures } from '../../tools/drive-export/export-pictures.js';
import { numberedImage } from '../recording/drive-builder.js';

let dir: string;
let drive: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-rig-'));
  drive = join(dir, 'drive.mcap');
  const writer = await RecordingWriter.create(drive);
  const data = await encodeJpeg(numberedImage(1), 95);
  const image = create(CompressedImageSchema, { format: 'jpeg', data });
  const message = toBinary(CompressedImageSchema, image);
  for (const [at, camera] of ['front', 'rear', 'front'].entries())
    await writer.writeEncoded('camera/image', BigInt(at), message, `/${camera}/camera/image`);
  await writer.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('results of one camera of a rig belong to that camera of the drive', async () => {
  expect(await driveOfResults(drive, 'results.mcap#rear')).toBe(`${drive}#rear`);
  expect(await driveOfResults(drive, 'a.mcap', 'b.mcap#front')).toBe(`${drive}#front`);
});

test('any other drive stays as it was named', async () => {
  expect(await driveOfResults(drive, 'results.mcap')).toBe(drive);
  expect(await driveOfResults(`${drive}#front`, 'results.mcap#rear')).toBe(`${drive}#front`);
  expect(await driveOfResults(drive, 'results.mcap#left')).toBe(drive);
  expect(await driveOfResults(undefined, 'results.mcap#rear')).toBeUndefined();
});

test('exported pictures say which of several cameras they are of', async () => {
  const { pictures, note } = await exportPictures(drive, join(dir, 'all'));
  expect(pictures).toBe(2);
  expect(note).toContain('pictures of /front/camera/image (2)');
  expect(await exportPictures(`${drive}#rear`, join(dir, 'rear'))).toEqual({
    pictures: 1,
    copied: 1,
    skipped: 0,
    losses: [],
  });
});
