import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { encodeJpeg } from '../../../src/codec/image-codec.js';
import type { FrameLayout } from '../../../src/frame/frame.js';
import { CameraCalibrationSchema } from '../../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../../src/messages/gen/foxglove/compressed_image_pb.js';
import { timestampFromNs } from '../../../src/messages/timestamp.js';
import { CameraRecorder } from '../../../src/outputs/recording/camera-recorder.js';
import { RecordingWriter } from '../../../src/recording/recording-writer.js';
import { whyMissing } from '../../capture/tools.js';
import { numberedImage } from '../../recording/drive-builder.js';

const layout: FrameLayout = { format: 'rgb8', widthPx: 16, heightPx: 16, strideBytes: 48 };
const frames = 5000;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

async function heapBytes(): Promise<number> {
  // What has come to its end is let go of in the turns after.
  await new Promise((resolve) => setTimeout(resolve, 100));
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test.for(['jpeg', 'h264'])(
  'pictures as %s leave nothing behind in memory',
  async (kind, { skip }) => {
    const why = kind === 'h264' ? whyMissing('ffmpeg') : undefined;
    skip(why !== undefined, why);
    const pictures = { images: false, layout, quality: 50, metadata: {}, attachments: [] };
    const video = kind === 'h264' ? { rateHz: 30 } : undefined;
    const recorder = await CameraRecorder.open({
      source: 'camera:none',
      ...pictures,
      ...(video && { video }),
    });
    recorder.write = async () => {};
    const pixels = new Uint8Array(new SharedArrayBuffer(48 * 16));
    const record = async (count: number) => {
      for (let number = 0; number < count; number++)
        await recorder.picture(BigInt(number), { pixels, coded: undefined }, () => {});
    };
    await record(500);
    const before = await heapBytes();
    await record(frames);
    const grownBytes = (await heapBytes()) - before;
    await recorder.close();
    expect(grownBytes / frames).toBeLessThan(60);
  },
);

test('a calibration whose clock is ahead of the recording stands with its first message', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-lasting-'));
  const source = join(dir, 'drive.mcap');
  const firstNs = 1_700_000_000_000_000_000n;
  const writer = await RecordingWriter.create(source);
  const image = { format: 'jpeg', data: await encodeJpeg(numberedImage(0), 90) };
  await writer.write('camera/image', firstNs, create(CompressedImageSchema, image));
  const timestamp = timestampFromNs(firstNs + 3_600_000_000_000n);
  const K = [30, 0, 16, 0, 30, 12, 0, 0, 1];
  const calibration = create(CameraCalibrationSchema, { timestamp, width: 32, height: 24, K });
  await writer.write('camera/calibration', firstNs, calibration);
  await writer.close();
  const facts = { metadata: {}, attachments: [] };
  const recorder = await CameraRecorder.open({
    ...{ source, images: false, layout, quality: 50, ...facts },
  });
  expect(recorder.lasting(firstNs).map(({ stampNs }) => stampNs)).toEqual([firstNs]);
  await recorder.close();
  await rm(dir, { recursive: true });
});
