import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CompressedVideoSchema } from '../../../src/messages/gen/foxglove/compressed_video_pb.js';
import { CopiedPictures } from '../../../src/outputs/recording/copied-pictures.js';
import { pictureStreams } from '../../../src/recording/picture-stream.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-copied-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const startCode = [0, 0, 0, 1];
/** The heads of an SPS, a PPS and the slice of a keyframe, and the slice of a frame that refers to others. */
const keyframe = [...startCode, 0x67, 0x42, 0, 0x1e, ...startCode, 0x68, 0xce, ...startCode, 0x65];
const otherFrame = [...startCode, 0x41];

test('of a damaged video no frame is copied that refers to a missing one', async () => {
  const path = join(dir, 'drive.mcap');
  const writer = await RecordingWriter.create(path, { chunkBytes: 1 });
  for (let n = 0; n < 6; n++) {
    const data = Buffer.from([
      ...(n % 4 === 0 ? keyframe : otherFrame),
      ...Buffer.from(`mark ${n}`),
    ]);
    const video = create(CompressedVideoSchema, { format: 'h264', data });
    await writer.write('camera/video', BigInt(n), video);
  }
  await writer.close();
  const bytes = await readFile(path);
  bytes[bytes.indexOf('mark 2')]! ^= 1;
  await writeFile(path, bytes);

  const reader = await RecordingReader.open(path);
  const copied: [bigint, boolean | undefined][] = [];
  await new CopiedPictures(reader, pictureStreams(reader.channels)[0]!, 90).copy(
    undefined,
    async (stampNs, _data, isKeyframe) => void copied.push([stampNs, isKeyframe]),
  );
  await reader.close();
  expect(copied).toEqual([
    [0n, true],
    [1n, false],
    [4n, true],
    [5n, false],
  ]);
});
