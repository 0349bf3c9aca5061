import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { FrameLayout } from '../../../src/frame/frame.js';
import { CameraRecorder } from '../../../src/outputs/recording/camera-recorder.js';
import { whyMissing } from '../../capture/tools.js';

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
