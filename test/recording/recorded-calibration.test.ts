import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { choosePictures } from '../../src/recording/picture-stream.js';
import { calibrationOf } from '../../src/recording/recorded-calibration.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { buildMcap } from './mcap-builder.js';
import { rosCameraInfo, rosImage } from './ros-builder.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-calibration-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const pixels = new Uint8Array(16 * 8 * 3);
const image = (topic: string) => ({
  topic,
  schemaName: 'sensor_msgs/msg/Image',
  messageEncoding: 'cdr',
  messages: [{ stampNs: 5n, data: rosImage('lens', 'rgb8', pixels) }],
});
const info = (topic: string, focalPx: number) => ({
  topic,
  schemaName: 'sensor_msgs/msg/CameraInfo',
  messageEncoding: 'cdr',
  messages: [{ stampNs: 5n, data: rosCameraInfo('lens', focalPx) }],
});

/** Focal length of the calibration that is found for these pictures. */
async function focalPxFor(picture: string, infos: readonly [string, number][]): Promise<number> {
  const path = join(dir, 'drive.mcap');
  const channels = [...infos.map(([topic, focalPx]) => info(topic, focalPx)), image(picture)];
  await writeFile(path, await buildMcap({ channels }));
  const reader = await RecordingReader.open(path);
  try {
    const { stream } = await choosePictures(reader, picture);
    return (await calibrationOf(reader, stream)).calibration?.K[0] ?? Number.NaN;
  } finally {
    await reader.close();
  }
}

test('the calibration next to the pictures counts, not that of the camera one level up', async () => {
  const infos: [string, number][] = [
    ['/camera/camera_info', 10],
    ['/camera/depth/camera_info', 20],
  ];
  expect(await focalPxFor('/camera/depth/image_raw', infos)).toBe(20);
  expect(await focalPxFor('/camera/image_raw', infos)).toBe(10);
  // A transport adds a part to the pictures' topic.
  expect(await focalPxFor('/camera/depth/image_raw/compressed', infos)).toBe(20);
  expect(await focalPxFor('/camera/image_raw/compressed', infos)).toBe(10);
});
