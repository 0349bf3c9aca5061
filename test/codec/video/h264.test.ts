import { describe, expect, test } from 'vitest';
import { codecName, isKeyframe, readAccessUnit } from '../../../src/codec/video/access-unit.js';
import { decodeVideo, type ShownFrame } from '../../../src/codec/video/decode-video.js';
import { H264Encoder } from '../../../src/codec/video/h264-encoder.js';
import type { FrameLayout } from '../../../src/frame/frame.js';
import { whyMissing } from '../../capture/tools.js';

const layout: FrameLayout = { format: 'rgb8', widthPx: 160, heightPx: 96, strideBytes: 480 };
const options = { layout, rateHz: 10, quality: 95 };

/** A grey ramp that moves; its left edge has the brightness of the frame's number. */
function pixelsOf(number: number, { heightPx, widthPx, strideBytes }: FrameLayout): Uint8Array {
  const pixels = new Uint8Array(new SharedArrayBuffer(strideBytes * heightPx));
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx * 3; x++)
      pixels[y * strideBytes + x] = x < 48 ? 40 + 4 * number : (x / 3 + 2 * number) % 200;
  return pixels;
}

async function encodeDrive(count: number, of: FrameLayout = layout): Promise<Uint8Array[]> {
  const encoder = await H264Encoder.start({ ...options, layout: of });
  const frames: Uint8Array[] = [];
  for (let number = 0; number < count; number++) {
    const { read, coded } = encoder.encode(pixelsOf(number, of));
    await read;
    frames.push(await coded);
  }
  await encoder.stop();
  return frames;
}

async function decodeAll(frames: readonly { annexB: Uint8Array; isAfterGap?: boolean }[]) {
  async function* coded() {
    for (const [item, { annexB, isAfterGap = false }] of frames.entries())
      yield { item, annexB, isAfterGap };
  }
  const shown: ShownFrame<number>[] = [];
  for await (const frame of decodeVideo(coded())) shown.push(frame);
  return shown;
}

/** The number that a decoded frame shows at its left edge. */
const numberIn = ({ image }: ShownFrame<number>) =>
  image && Math.round(Math.max(0, image.data[3 * 4 + image.widthPx * 3 * 10]! - 40) / 4);

describe.skipIf(whyMissing('ffmpeg') !== undefined)('frames as H.264', () => {
  test('come out one for one, keyframes with their parameter sets, and decode to what went in', async () => {
    const frames = await encodeDrive(25);
    const keys = frames.flatMap((frame, index) => (isKeyframe(frame) ? [index] : []));
    expect(keys).toEqual([0, 10, 20]);
    const { sequenceSets } = readAccessUnit(frames[0]!);
    expect(codecName(sequenceSets[0]!)).toMatch(/^avc1\.[0-9a-f]{6}$/);
    const shown = await decodeAll(frames.map((annexB) => ({ annexB })));
    expect(shown.map(numberIn)).toEqual(frames.map((_, index) => index));
  });

  test('of rows with padding, and of NV12, too', async () => {
    const padded = { ...layout, strideBytes: 512 };
    const shown = await decodeAll((await encodeDrive(3, padded)).map((annexB) => ({ annexB })));
    expect(shown.map(numberIn)).toEqual([0, 1, 2]);
    const nv12: FrameLayout = { format: 'nv12', widthPx: 64, heightPx: 32, strideBytes: 68 };
    const encoder = await H264Encoder.start({ ...options, layout: nv12 });
    const grey = new Uint8Array(68 * 48).fill(128);
    const { coded } = encoder.encode(grey);
    const [frame] = await decodeAll([{ annexB: await coded }]);
    await encoder.stop();
    // Y 128 of 16 to 235 is 130.4 of 255.
    for (const value of frame!.image!.data.subarray(0, 3))
      expect(Math.abs(value - 130.4)).toBeLessThan(2);
  });

  test('a frame is missed by itself: its neighbours stay where they are', async () => {
    const frames = (await encodeDrive(25)).map((annexB) => ({ annexB, isAfterGap: false }));
    frames[4]!.annexB = new Uint8Array(10);
    const shown = await decodeAll(frames);
    expect(shown.map(({ item }) => item)).toEqual(frames.map((_, index) => index));
    expect(shown[4]!.image).toBeUndefined();
    expect(shown.slice(10).map(numberIn)).toEqual(frames.slice(10).map((_, index) => index + 10));
  });

  test('what refers to missing frames is not shown: decoding goes on at the next keyframe', async () => {
    const frames = (await encodeDrive(25)).map((annexB) => ({ annexB, isAfterGap: false }));
    frames.splice(3, 2);
    frames[3]!.isAfterGap = true;
    const numbers = (await decodeAll(frames)).map(numberIn);
    const none = [undefined, undefined, undefined, undefined, undefined];
    expect(numbers).toEqual([0, 1, 2, ...none, ...Array.from({ length: 15 }, (_, i) => i + 10)]);
  });

  test('a drive that begins between keyframes is shown from the first one on', async () => {
    const frames = (await encodeDrive(25)).slice(7).map((annexB) => ({ annexB }));
    const numbers = (await decodeAll(frames)).map(numberIn);
    expect(numbers.slice(0, 4)).toEqual([undefined, undefined, undefined, 10]);
  });

  test('odd sizes are refused before the first frame', async () => {
    const odd = { ...layout, widthPx: 159, strideBytes: 477 };
    await expect(H264Encoder.start({ ...options, layout: odd })).rejects.toMatchObject({
      code: 'ERR_FRAME_SIZE',
      message: expect.stringContaining('found 159x96'),
    });
  });

  test('an ffmpeg that dies is heard of with the frame that it took, whose memory is free', async () => {
    const encoder = await H264Encoder.start(options);
    await encoder.encode(pixelsOf(0, layout)).coded;
    process.kill(encoder.pid!, 'SIGSTOP');
    const { read, coded } = encoder.encode(pixelsOf(1, layout));
    process.kill(encoder.pid!, 'SIGKILL');
    await read;
    await expect(coded).rejects.toMatchObject({
      code: 'ERR_SOURCE_LOST',
      message: expect.stringContaining('was killed by SIGKILL'),
    });
    await encoder.encode(pixelsOf(2, layout)).read;
  });
});

test('what is no H.264 is a frame without units', () => {
  for (const bytes of [[], [0, 0, 1], [1, 2, 3], [0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 1, 0x68, 5]])
    expect(readAccessUnit(Uint8Array.from(bytes)).units).toEqual([]);
});
