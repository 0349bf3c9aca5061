import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSource } from '../../src/capture/open-source.js';
import { openRecording } from '../../src/capture/recording-source.js';
import { encodeJpeg, encodePng } from '../../src/codec/image-codec.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { GroundTruthSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { RecordingWriter } from '../../src/recording/recording-writer.js';
import {
  buildDrive,
  driveStartNs,
  driveStepNs,
  numberedColour,
  numberedImage,
} from '../recording/drive-builder.js';
import { checkSource } from './conformance.js';

const frameCount = 9;
let dir: string;
const at = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-recording-'));
  // Three frames a chunk.
  const facts = { padBytes: 400_000, frameCount, rateHz: 20 };
  const whole = await readFile(await buildDrive(dir, frameCount, { ...facts, name: 'whole.mcap' }));
  // Behind the fourth frame, in the second chunk.
  await writeFile(at('cut.mcap'), whole.subarray(0, 1_900_000));
  const damaged = Buffer.from(whole);
  damaged[1_700_000]! ^= 0xff;
  await writeFile(at('damaged.mcap'), damaged);

  const writer = await RecordingWriter.create(at('mixed.mcap'));
  const pictures = [
    await encodeJpeg(numberedImage(0), 95),
    await encodeJpeg(numberedImage(1, 40, 30), 95),
    new Uint8Array([0xff, 0xd8, 1, 2, 3]),
    await encodePng(numberedImage(3)),
    (await encodeJpeg(numberedImage(4), 95)).subarray(0, -12),
    await encodeJpeg(numberedImage(5), 95),
  ];
  for (const [i, data] of pictures.entries()) {
    const image = create(CompressedImageSchema, { data, format: i === 3 ? 'png' : 'jpeg' });
    await writer.write('camera/image', BigInt(1000 + i), image);
  }
  await writer.close();
});
afterAll(() => rm(dir, { recursive: true }));

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

checkSource('a recording', {
  open: () => openRecording(at('whole.mcap')),
  ids: range(0, frameCount),
  colourOf: (id) => numberedColour(id),
});

checkSource('a recording that was cut off', {
  open: () => openRecording(at('cut.mcap')),
  ids: range(0, 4),
  skipped: { truncated: frameCount - 4 },
  colourOf: (id) => numberedColour(id),
});

checkSource('a recording with a damaged chunk', {
  open: () => openRecording(at('damaged.mcap')),
  ids: [...range(0, 3), ...range(6, frameCount)],
  skipped: { damaged: 3 },
  colourOf: (id) => numberedColour(id),
});

checkSource('a recording with a PNG, a picture of another size and two that are broken', {
  open: () => openRecording(at('mixed.mcap')),
  ids: [0, 3, 5],
  skipped: { size: 1, undecodable: 2 },
  colourOf: (id) => numberedColour(id),
});

test('a recording says its rate and hash, and its frames their stamps', async () => {
  const source = await openSource(at('whole.mcap'));
  const sha256 = createHash('sha256')
    .update(await readFile(at('whole.mcap')))
    .digest('hex');
  expect(source.info).toMatchObject({ nominalRateHz: 20, contentSha256: sha256 });
  const pixels = new Uint8Array(32 * 24 * 3);
  await source.read(pixels);
  expect(await source.read(pixels)).toEqual({
    id: 1,
    sourceTimeNs: driveStepNs,
    stampNs: driveStartNs + driveStepNs,
  });
  await source.close();
  // Nine nanoseconds for six pictures: without a declared rate it follows from the times.
  const mixed = await openSource(at('mixed.mcap'));
  expect(mixed.info.nominalRateHz).toBeCloseTo(1e9);
  await mixed.close();
});

test('a recording without pictures names what it holds instead', async () => {
  const writer = await RecordingWriter.create(at('truth.mcap'));
  await writer.write('ground_truth', 5n, create(GroundTruthSchema, {}));
  await writer.close();
  await expect(openSource(at('truth.mcap'))).rejects.toMatchObject({
    code: 'ERR_RECORDING',
    message: expect.stringContaining('found ground_truth (windshield.v1.GroundTruth)'),
  });
  await expect(openRecording(at('whole.mcap'), { topic: 'rear' })).rejects.toMatchObject({
    code: 'ERR_RECORDING',
    message: expect.stringContaining('on topic rear'),
  });
});

test('a recording is known by its bytes, and a file that only has the name is refused', async () => {
  await writeFile(at('named.bin'), await readFile(at('whole.mcap')));
  const source = await openSource(at('named.bin'));
  expect(source.info.frameCount).toBe(frameCount);
  await source.close();
  await writeFile(at('letter.mcap'), 'a letter');
  await expect(openSource(at('letter.mcap'))).rejects.toMatchObject({ code: 'ERR_RECORDING' });
  await writeFile(at('empty.mcap'), '');
  await expect(openSource(at('empty.mcap'))).rejects.toMatchObject({ code: 'ERR_SOURCE_EMPTY' });
});
