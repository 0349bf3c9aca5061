import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { McapIndexedReader } from '@mcap/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { CameraCalibrationSchema } from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { GroundTruthSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { createDriveWriter } from '../../src/recording/drive-writer.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-drive-'));
});
afterEach(() => rm(dir, { recursive: true }));

const greyJpeg = (widthPx: number, heightPx: number, level = 90) =>
  encodeJpeg({ widthPx, heightPx, data: new Uint8Array(widthPx * heightPx * 3).fill(level) }, 80);

const calibration = {
  distortionModel: 'plumb_bob' as const,
  d: [-0.1, 0.02, 0, 0, 0],
  k: [30, 0, 16, 0, 30, 12, 0, 0, 1],
};

async function readAll(path: string) {
  const handle = await open(path);
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt((await handle.stat()).size),
      read: async (offset, size) => {
        const bytes = new Uint8Array(Number(size));
        await handle.read(bytes, 0, bytes.length, Number(offset));
        return bytes;
      },
    },
  });
  const messages: { topic: string; logTime: bigint; data: Uint8Array }[] = [];
  for await (const message of reader.readMessages()) {
    messages.push({ topic: reader.channelsById.get(message.channelId)!.topic, ...message });
  }
  await handle.close();
  return { reader, messages };
}

test('a drive holds frames, calibration and truth under the public topics, each at its stamp', async () => {
  const path = join(dir, 'drive.mcap');
  const jpeg = await greyJpeg(32, 24);
  const drive = await createDriveWriter(path, {
    widthPx: 32,
    heightPx: 24,
    calibration,
    sourceName: 'a test',
    seed: 7,
  });
  const startNs = 1_700_000_000_123_456_789n;
  for (let i = 0; i < 3; i++) {
    const stampNs = startNs + BigInt(i) * 50_000_000n;
    await drive.writeFrame({ stampNs, jpeg });
    await drive.writeGroundTruth(
      create(GroundTruthSchema, { frameId: BigInt(i), stampNs, vehicle: { steeringRad: i / 10 } }),
    );
  }
  await drive.close();
  expect(await readdir(dir)).toEqual(['drive.mcap']);

  const { reader, messages } = await readAll(path);
  const pair = ['camera/image', 'ground_truth'];
  expect(messages.map((m) => m.topic)).toEqual(['camera/calibration', ...pair, ...pair, ...pair]);
  const images = messages.filter((m) => m.topic === 'camera/image');
  expect(images.map((m) => m.logTime - startNs)).toEqual([0n, 50_000_000n, 100_000_000n]);
  const image = fromBinary(CompressedImageSchema, images[2]!.data);
  expect(image.format).toBe('jpeg');
  expect(Buffer.from(image.data).equals(jpeg)).toBe(true);
  expect(image.timestamp).toMatchObject({ seconds: 1_700_000_000n, nanos: 223_456_789 });
  const camera = fromBinary(CameraCalibrationSchema, messages[0]!.data);
  expect(camera).toMatchObject({ width: 32, height: 24, K: calibration.k, D: calibration.d });
  expect(camera.P).toEqual([30, 0, 16, 0, 0, 30, 12, 0, 0, 0, 1, 0]);
  expect(reader.metadataIndexes.map((m) => m.name)).toEqual(['windshield.drive']);
});

test('each schema in the file is a complete descriptor set of its message', async () => {
  const path = join(dir, 'drive.mcap');
  const drive = await createDriveWriter(path, { widthPx: 32, heightPx: 24, sourceName: 'a test' });
  await drive.writeFrame({ stampNs: 1n, jpeg: await greyJpeg(32, 24) });
  await drive.close();
  const { reader } = await readAll(path);
  const schema = [...reader.schemasById.values()][0]!;
  expect(schema).toMatchObject({ name: 'foxglove.CompressedImage', encoding: 'protobuf' });
  const files = fromBinary(FileDescriptorSetSchema, schema.data).file.map((file) => file.name);
  expect(files).toEqual(['google/protobuf/timestamp.proto', 'foxglove/compressed_image.proto']);
});

test('calls that overlap are written in the order of the calls', async () => {
  const path = join(dir, 'drive.mcap');
  const jpeg = await greyJpeg(32, 24);
  const drive = await createDriveWriter(path, { widthPx: 32, heightPx: 24, sourceName: 'a test' });
  await Promise.all(
    Array.from({ length: 50 }, (_, i) => drive.writeFrame({ stampNs: BigInt(i), jpeg })),
  );
  await drive.close();
  const { messages } = await readAll(path);
  expect(messages.map((m) => m.logTime)).toEqual(Array.from({ length: 50 }, (_, i) => BigInt(i)));
});

test('the same calls give the same bytes', async () => {
  const jpeg = await greyJpeg(32, 24);
  const paths = ['a.mcap', 'b.mcap'].map((name) => join(dir, name));
  for (const path of paths) {
    const drive = await createDriveWriter(path, { widthPx: 32, heightPx: 24, sourceName: 'test' });
    for (let i = 0; i < 5; i++) await drive.writeFrame({ stampNs: BigInt(i), jpeg });
    await drive.close();
  }
  const [a, b] = await Promise.all(paths.map((path) => readFile(path)));
  expect(a!.equals(b!)).toBe(true);
});

test('a picture of another size, one cut off, and a time that stands still are refused by name', async () => {
  const path = join(dir, 'drive.mcap');
  const drive = await createDriveWriter(path, { widthPx: 32, heightPx: 24, sourceName: 'a test' });
  const jpeg = await greyJpeg(32, 24);
  await drive.writeFrame({ stampNs: 5n, jpeg });
  await expect(drive.writeFrame({ stampNs: 5n, jpeg })).rejects.toMatchObject({
    code: 'ERR_RECORDING',
  });
  const other = await greyJpeg(40, 24);
  await expect(drive.writeFrame({ stampNs: 6n, jpeg: other })).rejects.toMatchObject({
    code: 'ERR_FRAME_SIZE',
    message: expect.stringContaining('expected 32x24 at frame 1, found 40x24'),
  });
  const cut = jpeg.subarray(0, jpeg.length - 10);
  await expect(drive.writeFrame({ stampNs: 6n, jpeg: cut })).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
  });
  await drive.close();
  const { messages } = await readAll(path);
  expect(messages).toHaveLength(1);
});

test('an aborted drive leaves nothing, and an older file of its name untouched', async () => {
  const path = join(dir, 'drive.mcap');
  await (await open(path, 'w')).close();
  const drive = await createDriveWriter(path, { widthPx: 32, heightPx: 24, sourceName: 'a test' });
  await drive.writeFrame({ stampNs: 5n, jpeg: await greyJpeg(32, 24) });
  expect(existsSync(`${path}.partial`)).toBe(true);
  await drive.abort();
  expect(await readdir(dir)).toEqual(['drive.mcap']);
  await expect(drive.close()).resolves.toBeUndefined();
});

test('a folder that is not there is one clear error', async () => {
  const path = join(dir, 'missing', 'drive.mcap');
  const options = { widthPx: 32, heightPx: 24, sourceName: 'a test' };
  await expect(createDriveWriter(path, options)).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
});

test('the same frames are the same bytes, however long each of them took', async () => {
  const jpeg = await greyJpeg(32, 24);
  const writeAt = async (name: string, msPerLook: number) => {
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      nowMs += msPerLook;
      return nowMs;
    });
    const path = join(dir, name);
    const drive = await createDriveWriter(path, {
      widthPx: 32,
      heightPx: 24,
      sourceName: 'a test',
    });
    for (let i = 0; i < 3; i++)
      await drive.writeFrame({ stampNs: BigInt(i + 1) * 50_000_000n, jpeg });
    await drive.close();
    clock.mockRestore();
    return readFile(path);
  };
  const quick = await writeAt('quick.mcap', 0);
  expect((await writeAt('slow.mcap', 1500)).equals(quick)).toBe(true);
});
