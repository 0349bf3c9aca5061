import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cameraOf } from '../../src/capture/camera-of.js';
import { openSource } from '../../src/capture/open-source.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { frameBytes } from '../../src/frame/frame.js';
import { isSourceEnd } from '../../src/frame/frame-source.js';
import { CameraCalibrationSchema } from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { numberedImage } from '../recording/drive-builder.js';
import { buildMcap } from '../recording/mcap-builder.js';
import { rosCameraInfo, rosImage } from '../recording/ros-builder.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-open-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function play(path: string, options: Parameters<typeof openSource>[1] = {}) {
  const source = await openSource(path, options);
  const pixels = new Uint8Array(frameBytes(source.info.layout));
  const ids: number[] = [];
  const timesS: number[] = [];
  let lastRgb: number[] = [];
  for (;;) {
    const result = await source.read(pixels);
    if (isSourceEnd(result)) break;
    ids.push(result.id);
    timesS.push(Number(result.sourceTimeNs) / 1e9);
    lastRgb = [...pixels.subarray(0, 3)];
  }
  await source.close();
  const { widthPx, heightPx } = source.info.layout;
  const { skipped, notes = [] } = source;
  return { ids, timesS, lastRgb, skipped, notes, size: `${widthPx}x${heightPx}` };
}

test('a pipe, a socket or a device as a source is one clear error, and nothing waits for it', async () => {
  const pipe = join(dir, 'pipe.mcap');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, '/dev/null'])
    await expect(openSource(path)).rejects.toMatchObject({ code: 'ERR_SOURCE_FORMAT' });
});

test('a pipeline file is no film: the command that runs it is named', async () => {
  const path = join(dir, 'rig.yaml');
  await writeFile(path, 'source: drive.mcap\n');
  await expect(openSource(path)).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
    message: expect.stringContaining(`\`windshield run ${path}\``),
  });
});

test('a bag of ROS 1 and one in SQLite are named, with the way to convert them', async () => {
  await writeFile(join(dir, 'drive.bag'), '#ROSBAG V2.0\nand so on, for some bytes');
  await writeFile(join(dir, 'drive.db3'), 'SQLite format 3\0and so on, for some bytes');
  for (const [name, command] of [
    ['drive.bag', 'mcap convert drive.bag'],
    ['drive.db3', 'mcap convert drive.db3'],
  ] as const)
    await expect(openSource(join(dir, name))).rejects.toMatchObject({
      code: 'ERR_RECORDING',
      message: expect.stringContaining(command),
    });
});

test('a donkeycar tub plays its pictures at their times, without those that the driver deleted', async () => {
  const tub = join(dir, 'tub');
  await mkdir(join(tub, 'images'), { recursive: true });
  const rows: string[] = [];
  for (let i = 0; i < 5; i++) {
    const name = `${i}_cam_image_array_.jpg`;
    if (i !== 3) await writeFile(join(tub, 'images', name), await encodeJpeg(numberedImage(i), 95));
    const times = { _timestamp_ms: 1_700_000_000_000 + i * 50, _index: i };
    rows.push(JSON.stringify({ 'cam/image_array': name, 'user/angle': 0.1, ...times }));
  }
  await writeFile(join(tub, 'catalog_0.catalog'), `${rows.join('\n')}\nnot a record\n`);
  const manifest = { paths: ['catalog_0.catalog'], current_index: 5, deleted_indexes: [1] };
  const lines = ['["cam/image_array"]', '["image_array"]', '{}', '{"created_at":1}'];
  await writeFile(join(tub, 'manifest.json'), [...lines, JSON.stringify(manifest)].join('\n'));
  const played = await play(tub);
  expect(played.timesS).toEqual([0, 0.1, 0.2]);
  expect(played.skipped).toEqual({ missing: 1, bad_row: 1 });
  expect(await play(tub, { rateHz: 10 })).toMatchObject({ timesS: [0, 0.1, 0.3] });
});

/** Two cameras, ROS 2: `left` with fewer pictures and 8 bits of grey, `right` of colour, with a depth map beside it. */
async function twoCameras(path: string): Promise<void> {
  const stamped = (count: number, data: (i: number) => Uint8Array) =>
    Array.from({ length: count }, (_, i) => ({
      stampNs: BigInt(1 + i) * 50_000_000n,
      data: data(i),
    }));
  const ros = { schemaEncoding: 'ros2msg', messageEncoding: 'cdr' };
  const image = { schemaName: 'sensor_msgs/msg/Image', ...ros };
  const info = { schemaName: 'sensor_msgs/msg/CameraInfo', ...ros };
  const pixels = (values: number[], count: number) =>
    new Uint8Array(count).map((_, i) => values[i % values.length]!);
  const channels = [
    { topic: '/left/camera_info', ...info, messages: stamped(1, () => rosCameraInfo('left', 20)) },
    {
      topic: '/right/camera_info',
      ...info,
      messages: stamped(1, () => rosCameraInfo('right', 30)),
    },
    {
      topic: '/left/image_raw',
      ...image,
      messages: stamped(3, () => rosImage('left', 'mono8', pixels([90], 16 * 8))),
    },
    {
      topic: '/right/depth',
      ...image,
      messages: stamped(9, () => rosImage('right', '32FC1', pixels([1], 16 * 8 * 4))),
    },
    {
      topic: '/right/image_raw',
      ...image,
      messages: stamped(4, () => rosImage('right', 'bgr8', pixels([10, 20, 200], 16 * 8 * 3))),
    },
    // The driver was started again: a second channel of the same topic.
    {
      topic: '/right/image_raw',
      ...image,
      messages: stamped(6, () =>
        rosImage('right', 'bgr8', pixels([10, 20, 200], 16 * 8 * 3)),
      ).slice(4),
    },
  ];
  await writeFile(path, await buildMcap({ channels, profile: 'ros2' }));
}

test('of several cameras the one with the most pictures that can be read is played, with its own calibration, and said', async () => {
  const path = join(dir, 'two.mcap');
  await twoCameras(path);
  const played = await play(path);
  expect(played).toMatchObject({ ids: [0, 1, 2, 3, 4, 5], lastRgb: [200, 20, 10], size: '16x8' });
  expect(played.notes).toEqual([expect.stringContaining('pictures of /right/image_raw (6)')]);
  const notes: string[] = [];
  const camera = await cameraOf('recording', path, { note: (text) => notes.push(text) });
  expect(camera).toMatchObject({ fxPx: 30, widthPx: 16, heightPx: 8 });
  expect(notes).toEqual(['calibration of /right/camera_info']);
});

test('a topic that is asked for is played, with its own calibration', async () => {
  const path = join(dir, 'two.mcap');
  await twoCameras(path);
  const played = await play(path, { topic: '/left/image_raw' });
  expect(played).toMatchObject({ ids: [0, 1, 2], lastRgb: [90, 90, 90], notes: [] });
  expect(await cameraOf('recording', path, { topic: '/left/image_raw' })).toMatchObject({
    fxPx: 20,
  });
  await expect(openSource(path, { topic: '/rear' })).rejects.toMatchObject({
    code: 'ERR_RECORDING',
    message: expect.stringContaining('on topic /rear'),
  });
});

test('a calibration is matched by its frame id where no prefix tells, and never taken from another camera', async () => {
  const message = { stampNs: 5n, data: new Uint8Array() };
  const jpeg = await encodeJpeg(numberedImage(1), 90);
  const picture = create(CompressedImageSchema, {
    frameId: 'front_optical',
    data: jpeg,
    format: 'jpeg',
  });
  const K = [30, 0, 16, 0, 30, 12, 0, 0, 1];
  const lens = { width: 32, height: 24, distortionModel: 'plumb_bob', D: [0, 0, 0, 0, 0], K };
  const infoOf = (frameId: string) =>
    toBinary(CameraCalibrationSchema, create(CameraCalibrationSchema, { ...lens, frameId }));
  const schema = { schemaName: 'foxglove.CameraCalibration' };
  const build = (frameId: string) =>
    buildMcap({
      channels: [
        {
          topic: '/calibration/a',
          ...schema,
          messages: [{ ...message, data: infoOf('rear_optical') }],
        },
        { topic: '/calibration/b', ...schema, messages: [{ ...message, data: infoOf(frameId) }] },
        {
          topic: '/front/image',
          schemaName: 'foxglove.CompressedImage',
          messages: [{ ...message, data: toBinary(CompressedImageSchema, picture) }],
        },
      ],
    });
  const path = join(dir, 'frames.mcap');
  await writeFile(path, await build('front_optical'));
  expect(await cameraOf('recording', path)).toMatchObject({ fxPx: 30 });
  await writeFile(path, await build('side_optical'));
  const notes: string[] = [];
  expect(await cameraOf('recording', path, { note: (text) => notes.push(text) })).toBeUndefined();
  expect(notes).toEqual([expect.stringContaining('none has its prefix or its frame id')]);
});

test('a cut drive that announces endless frames plays what it has and ends', async () => {
  const data = toBinary(
    CompressedImageSchema,
    create(CompressedImageSchema, { data: await encodeJpeg(numberedImage(2), 90) }),
  );
  const messages = [1n, 2n, 3n].map((stampNs) => ({ stampNs, data }));
  const channels = [{ topic: 'camera/image', schemaName: 'foxglove.CompressedImage', messages }];
  for (const frameCount of ['Infinity', '1e300', '-5', 'NaN', '2.5']) {
    const metadata = { 'windshield.drive': { frameCount, rateHz: 'Infinity' } };
    const bytes = await buildMcap({ channels, metadata }, { useChunks: false });
    const path = join(dir, 'endless.mcap');
    await writeFile(path, bytes.subarray(0, -40));
    const source = await openSource(path);
    expect(Number.isFinite(source.info.frameCount)).toBe(true);
    await source.close();
    expect((await play(path)).ids).toEqual([0, 1, 2]);
  }
});

test('pictures that are stored turned, or in 12 of 16 bits, are said', async () => {
  const grey = sharp({ create: { width: 16, height: 8, channels: 3, background: '#777' } });
  await mkdir(join(dir, 'turned'));
  await grey.clone().withMetadata({ orientation: 6 }).jpeg().toFile(join(dir, 'turned/a.jpg'));
  expect((await play(join(dir, 'turned'))).notes).toEqual([
    expect.stringContaining(
      'a.jpg: EXIF says that it is to be shown turned by 90 degrees to the right',
    ),
  ]);
  for (const [name, value, said] of [
    ['twelve', 4095, true],
    ['sixteen', 40_000, false],
  ] as const) {
    await mkdir(join(dir, name));
    const samples = new Uint16Array(16 * 8).fill(value);
    const raw = { width: 16, height: 8, channels: 1 as const };
    await sharp(samples, { raw })
      .toColourspace('grey16')
      .png()
      .toFile(join(dir, name, 'a.png'));
    const { notes } = await play(join(dir, name));
    expect(notes).toEqual(said ? [expect.stringContaining('4095 of 65535')] : []);
  }
});
