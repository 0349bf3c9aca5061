import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CompressedVideoSchema } from '../../src/messages/gen/foxglove/compressed_video_pb.js';
import { copyRecordings } from '../../src/recording/copy-recording.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-copy-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A text that stands in frame n alone. */
const markOf = (n: number) => `frame-${n}-of-a-video`;

/** Five frames, each in a chunk of its own; that of frame 2 is damaged. */
async function damagedDrive(topic: 'camera/video' | 'log'): Promise<string> {
  const path = join(dir, `${topic.replace('/', '-')}.mcap`);
  const writer = await RecordingWriter.create(path, { chunkBytes: 1 });
  for (let n = 0; n < 5; n++) {
    const data = Buffer.from(markOf(n));
    const video = toBinary(
      CompressedVideoSchema,
      create(CompressedVideoSchema, { format: 'h264', data }),
    );
    await writer.writeEncoded(topic, BigInt(n), topic === 'log' ? data : video);
  }
  await writer.close();
  const bytes = await readFile(path);
  bytes[bytes.indexOf(markOf(2))]! ^= 1;
  await writeFile(path, bytes);
  return path;
}

async function numbersIn(path: string): Promise<number[]> {
  const reader = await RecordingReader.open(path);
  const numbers: number[] = [];
  for await (const { sequence } of reader.messages()) numbers.push(sequence);
  await reader.close();
  return numbers;
}

test('a copy of a damaged video keeps the gap, behind which no frame can be decoded until the next keyframe', async () => {
  const out = join(dir, 'video-copy.mcap');
  const { lost } = await copyRecordings([await damagedDrive('camera/video')], out, { facts: {} });
  expect(lost).toEqual({ 'camera/video': 1 });
  expect(await numbersIn(out)).toEqual([0, 1, 3, 4]);
});

test('a copy of other damaged channels is numbered without gaps', async () => {
  const out = join(dir, 'log-copy.mcap');
  await copyRecordings([await damagedDrive('log')], out, { facts: {} });
  expect(await numbersIn(out)).toEqual([0, 1, 2, 3]);
});
