import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMode } from '../../src/capture/camera-source.js';
import { openSource } from '../../src/capture/open-source.js';
import type { SourceOptions } from '../../src/capture/source-options.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { frameBytes } from '../../src/frame/frame.js';
import { isSourceEnd } from '../../src/frame/frame-source.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { sourceOptionsOf } from '../../src/pipeline/source-options.js';
import { type HttpCamera, mjpegPictures, startHttpCamera } from '../support/http-camera.js';
import { tinyPicture, writeTinyDrive } from '../support/tiny-drive.js';
import { whyMissing } from './tools.js';

const noFfmpeg = whyMissing('ffmpeg');
const noGstreamer = whyMissing('gst-launch-1.0', '--version');
const left = (why: string | undefined) => (why === undefined ? '' : ` (left out: ${why})`);
const cameras: HttpCamera[] = [];
let dir: string;
const at = (name: string) => join(dir, name);
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-unmet-'));
  await writeTinyDrive(at('drive.mcap'), 3, 10);
  await mkdir(at('pictures'));
  const jpeg = await encodeJpeg({ widthPx: 128, heightPx: 96, data: tinyPicture(0) }, 90);
  for (const name of ['1.jpg', '2.jpg']) writeWhole(join(at('pictures'), name), jpeg);
});
afterAll(async () => {
  for (const camera of cameras) camera.close();
  await rm(dir, { recursive: true });
});

/** The source's info and notes, or the error. */
async function opened(location: string, options: SourceOptions) {
  try {
    const source = await openSource(location, options);
    await source.close();
    const { layout, nominalRateHz } = source.info;
    return { size: `${layout.widthPx}x${layout.heightPx}`, nominalRateHz, notes: source.notes };
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}

test.skipIf(noFfmpeg !== undefined)(
  `a network camera that gives another size or rate than was asked for is refused, and what it gives is named${left(noFfmpeg)}`,
  async () => {
    const encode = ['-c:v', 'mpeg2video', '-f', 'mpegts'];
    const input = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25,realtime'];
    const camera = await startHttpCamera([...input, ...encode], 'video/mp2t');
    cameras.push(camera);
    const { url } = camera;
    expect(await opened(url, { widthPx: 32, heightPx: 24, rateHz: 10 })).toEqual({
      code: 'ERR_USAGE',
      message: `${url}: expected 32x24 at 10 Hz, found a network camera of 64x48 at 25 Hz, which takes no such request: set the camera itself, or ask for what it gives`,
    });
    expect(await opened(url, { rateHz: 10 })).toMatchObject({
      message: expect.stringContaining(': expected 10 Hz, found'),
    });
    // What it gives may be asked for.
    expect(await opened(url, { widthPx: 64, heightPx: 48, rateHz: 25 })).toMatchObject({
      size: '64x48',
      nominalRateHz: 25,
      notes: [expect.stringMatching(/came 64x48 at 25 Hz, mpeg2video yuv420p; frames are rgb8$/)],
    });
  },
);

test.skipIf(noFfmpeg !== undefined)(
  `the rate that ffmpeg makes up for MJPEG over HTTP is nobody's${left(noFfmpeg)}`,
  async () => {
    const camera = await startHttpCamera(mjpegPictures());
    cameras.push(camera);
    const found = await opened(camera.url, {});
    expect(found).toMatchObject({ size: '64x48', nominalRateHz: undefined });
    expect(await opened(camera.url, { keepsCoded: true })).toMatchObject({
      nominalRateHz: undefined,
    });
    expect(await opened(camera.url, { rateHz: 25 })).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('expected 25 Hz, found a network camera of 64x48 at a rate'),
    });
  },
);

test('a recording keeps its own times and size: a request for others is refused, one of a pipeline file is answered by a note', async () => {
  const path = at('drive.mcap');
  expect(await opened(path, { rateHz: 5 })).toEqual({
    code: 'ERR_USAGE',
    message:
      'drive.mcap: expected 5 Hz, found a recording, which keeps its own times (10 Hz): leave the rate out',
  });
  const config = { frameRateHz: 5 } as PipelineConfig;
  expect(await opened(path, sourceOptionsOf(config))).toMatchObject({
    nominalRateHz: 10,
    notes: [
      expect.stringContaining('keeps the times of the recording (10 Hz): 5 Hz is not for one'),
    ],
  });
  expect(await opened(path, { rateHz: 10 })).toMatchObject({ nominalRateHz: 10, notes: [] });
  expect(await opened(path, { widthPx: 64, heightPx: 48 })).toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringContaining('expected 64x48, found a recording of 128x96 at 10 Hz'),
  });
});

test('pictures take a rate, one alone too, and no size', async () => {
  expect(await opened(at('pictures'), { rateHz: 5 })).toMatchObject({ nominalRateHz: 5 });
  expect(await opened(at('pictures/1.jpg'), { rateHz: 5 })).toMatchObject({ nominalRateHz: 5 });
  expect(await opened(at('pictures'), { widthPx: 64, heightPx: 48 })).toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringMatching(/expected 64x48, found a folder of pictures of 128x96/),
  });
});

test.skipIf(noFfmpeg !== undefined)(
  `a video takes a rate and no size${left(noFfmpeg)}`,
  async () => {
    const input = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25:d=0.2'];
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...input, at('film.mp4')]);
    expect(await opened(at('film.mp4'), { rateHz: 5 })).toMatchObject({ nominalRateHz: 5 });
    expect(await opened(at('film.mp4'), { widthPx: 32, heightPx: 24 })).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('expected 32x24, found a video of 64x48 at 25 Hz'),
    });
  },
);

test.skipIf(noGstreamer !== undefined)(
  `a GStreamer pipeline is asked for size and rate, and refused if it names others itself${left(noGstreamer)}`,
  async () => {
    const asked = { widthPx: 64, heightPx: 48, rateHz: 50 };
    const source = await openSource('gstreamer:videotestsrc num-buffers=3', asked);
    expect(source.info).toMatchObject({ layout: { widthPx: 64, heightPx: 48 }, nominalRateHz: 50 });
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    let frames = 0;
    while (!isSourceEnd(await source.read(pixels))) frames++;
    expect(frames).toBe(3);
    await source.close();
    const own = 'gstreamer:videotestsrc ! video/x-raw,width=64,height=48,framerate=25/1';
    expect(await opened(own, { rateHz: 50 })).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(
        'expected one framerate, found 25 in the GStreamer pipeline and 50',
      ),
    });
    expect(await opened(own, { widthPx: 32, heightPx: 48 })).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(
        'expected one width, found 64 in the GStreamer pipeline and 32',
      ),
    });
    expect(await opened(own, { ...asked, rateHz: 25 })).toMatchObject({ nominalRateHz: 25 });
  },
);

test('a camera is not asked for two rates at once', async () => {
  // Anything that is there: it is not opened.
  expect(await opened('camera:/dev/null?rate=30', { rateHz: 15 })).toEqual({
    code: 'ERR_USAGE',
    message: 'camera:/dev/null: expected one rate, found 30 in the address and 15 besides it',
  });
});

test("a mode's line names codec and pixels alone, whatever brackets ffmpeg puts around the rest", () => {
  const layout = { format: 'rgb8', widthPx: 64, heightPx: 48, strideBytes: 192 } as const;
  const said = (found: string) => describeMode('x', {}, { layout, found, rateHz: undefined });
  for (const found of [
    'h264 (High 4:4:4 Predictive) ([27][0][0][0] / 0x001B), yuv444p(progressive), 64x48, 25 fps',
    'h264 (avc1 / 0x31637661), yuv444p(tv, bt470bg/unknown/unknown), 64x48',
    'h264, yuv444p, 64x48',
  ])
    expect(said(found)).toBe('x: nothing was asked for; came 64x48, h264 yuv444p; frames are rgb8');
});
