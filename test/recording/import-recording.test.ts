import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { importRecording } from '../../src/recording/import-recording.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { buildMcap } from './mcap-builder.js';

let dir: string;
let jpeg: Uint8Array;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-import-'));
  jpeg = await encodeJpeg({ widthPx: 16, heightPx: 8, data: new Uint8Array(16 * 8 * 3) }, 90);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const out = () => join(dir, 'out.mcap');

/** Imports a picture of 16x8 with this calibration; returns the drive's calibration and the notes. */
async function imported(
  lens: { distortionModel: string; D: number[]; width?: number; height?: number },
  picture = jpeg,
) {
  const { width = 16, height = 8, distortionModel, D } = lens;
  const sx = width / 16;
  const K = [10 * sx, 0, 8 * sx - 0.5, 0, 10 * sx, 4 * sx - 0.5, 0, 0, 1];
  const P = [9 * sx, 0, 7 * sx - 0.5, 0, 0, 9 * sx, 3 * sx - 0.5, 0, 0, 0, 1, 0];
  const message = create(CameraCalibrationSchema, { width, height, distortionModel, D, K, P });
  const path = join(dir, 'in.mcap');
  const channels = [
    {
      topic: '/cam/calibration',
      schemaName: CameraCalibrationSchema.typeName,
      messages: [{ stampNs: 5n, data: toBinary(CameraCalibrationSchema, message) }],
    },
    {
      topic: '/cam/image',
      schemaName: CompressedImageSchema.typeName,
      messages: [
        {
          stampNs: 5n,
          data: toBinary(CompressedImageSchema, create(CompressedImageSchema, { data: picture })),
        },
      ],
    },
  ];
  await writeFile(path, await buildMcap({ channels }));
  const { notes } = await importRecording(path, { out: out() });
  const reader = await RecordingReader.open(out());
  let calibration: CameraCalibration | undefined;
  for await (const { data } of reader.messages({ topics: ['camera/calibration'] }))
    calibration = fromBinary(CameraCalibrationSchema, data);
  await reader.close();
  await rm(out());
  return { calibration, notes };
}

test('a lens keeps its kind by every name that tools give it', async () => {
  for (const distortionModel of ['equi', 'equidistant', 'fisheye', 'kannala_brandt']) {
    const { calibration, notes } = await imported({ distortionModel, D: [0.1, 0, 0, 0] });
    expect(calibration?.distortionModel).toBe('kannala_brandt');
    expect(notes).toEqual([]);
  }
  for (const distortionModel of ['', 'plumb_bob', 'radtan'])
    expect((await imported({ distortionModel, D: [0.1, 0, 0, 0] })).calibration).toMatchObject({
      distortionModel: 'plumb_bob',
      D: [0.1, 0, 0, 0],
    });
});

test('a lens model that is not known is not called another one: the drive goes without, and that is noted', async () => {
  const { calibration, notes } = await imported({ distortionModel: 'omni', D: [0.1, 0, 0, 0] });
  expect(calibration).toBeUndefined();
  expect(notes).toEqual([expect.stringMatching(/no calibration.*"omni"/)]);
});

test('a calibration at another size of the same shape is scaled to the pictures', async () => {
  const { calibration } = await imported({
    ...{ distortionModel: 'plumb_bob', D: [0, 0, 0, 0, 0] },
    ...{ width: 32, height: 16 },
  });
  expect(calibration).toMatchObject({ width: 16, height: 8 });
  expect(calibration!.K).toEqual([10, 0, 7.5, 0, 10, 3.5, 0, 0, 1]);
  expect(calibration!.P).toEqual([9, 0, 6.5, 0, 0, 9, 2.5, 0, 0, 0, 1, 0]);
});

test('a calibration for pictures of another shape is noted, not dropped in silence', async () => {
  const { calibration, notes } = await imported({
    ...{ distortionModel: 'plumb_bob', D: [0, 0, 0, 0, 0] },
    ...{ width: 32, height: 24 },
  });
  expect(calibration).toBeUndefined();
  expect(notes).toEqual([expect.stringMatching(/no calibration.*32x24.*16x8/)]);
});

test('a recording of which no picture can be read is an error and leaves nothing', async () => {
  const cut = imported({ distortionModel: '', D: [] }, jpeg.subarray(0, jpeg.length - 10));
  await expect(cut).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
    message: expect.stringContaining('1 undecodable'),
  });
  expect(existsSync(out())).toBe(false);
});
