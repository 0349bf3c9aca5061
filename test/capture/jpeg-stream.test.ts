import { afterEach, describe, expect, test } from 'vitest';
import { openSource } from '../../src/capture/open-source.js';
import { decodeImage } from '../../src/codec/image-codec.js';
import { jpegLength } from '../../src/codec/jpeg-header.js';
import { frameBytes } from '../../src/frame/frame.js';
import { isSourceEnd, type SourceFrame } from '../../src/frame/frame-source.js';
import { mjpegPictures, startHttpCamera } from '../support/http-camera.js';
import { whyMissing } from './tools.js';

const noFfmpeg = whyMissing('ffmpeg');
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function camera(...words: Parameters<typeof startHttpCamera>) {
  const started = await startHttpCamera(...words);
  closing.push(() => started.close());
  return started;
}

const h264 = [
  ...['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25,realtime'],
  ...['-c:v', 'libx264', '-g', '5', '-f', 'mpegts'],
];

describe.skipIf(noFfmpeg !== undefined)('a camera whose pictures are kept as they come', () => {
  test('delivers its own JPEG beside the pixels that it decodes to', async () => {
    const { url, hasSent } = await camera(mjpegPictures());
    const source = await openSource(url, { keepsCoded: true });
    closing.push(() => source.close());
    expect(source.info).toMatchObject({ isLive: true, codedBytes: 64 * 48 * 2 });
    expect(source.info.layout).toMatchObject({ format: 'rgb8', widthPx: 64, heightPx: 48 });
    expect(source.notes?.[0]).toMatch(/, and its own JPEG is kept$/);
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    for (let id = 0; id < 5; id++) {
      const frame = (await source.read(pixels)) as SourceFrame;
      expect(isSourceEnd(frame)).toBe(false);
      expect(frame.id).toBe(id);
      const jpeg = frame.coded!;
      expect(jpegLength(jpeg)).toBe(jpeg.length);
      expect(hasSent(jpeg)).toBe(true);
      expect(pixels).toEqual(new Uint8Array((await decodeImage(jpeg)).data));
    }
  });

  test('is refused where it gives something else, with what can be done', async () => {
    const { url } = await camera(h264, 'video/mp2t');
    await expect(openSource(url, { keepsCoded: true })).rejects.toMatchObject({
      code: 'ERR_SOURCE_FORMAT',
      message: expect.stringMatching(
        /^expected MJPEG from http:.* found h264.*; record them as jpeg or h264/,
      ),
    });
    await expect(
      openSource('gstreamer:videotestsrc ! video/x-raw,width=64,height=48', { keepsCoded: true }),
    ).rejects.toMatchObject({
      code: 'ERR_SOURCE_FORMAT',
      message: expect.stringContaining('found a GStreamer pipeline'),
    });
  });
});
