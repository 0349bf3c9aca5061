import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CompressedImageSchema } from '../../../src/messages/gen/foxglove/compressed_image_pb.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { exportFilm } from '../../../tools/drive-export/export-film.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-film-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('a drive without a picture that can be read gives no film, and says so', async () => {
  const drive = join(dir, 'drive.mcap');
  const writer = await RecordingWriter.create(drive);
  const image = create(CompressedImageSchema, { format: 'jpeg', data: Uint8Array.of(1, 2, 3) });
  await writer.write('camera/image', 0n, image);
  await writer.write('camera/image', 1n, image);
  await writer.close();
  await expect(exportFilm(drive, undefined, join(dir, 'film.mp4'))).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
    message: `expected pictures that can be read on camera/image of ${drive}, found none among 2`,
  });
  expect(await readdir(dir)).toEqual(['drive.mcap']);
});
