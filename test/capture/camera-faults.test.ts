import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCamera } from '../../src/capture/camera-source.js';
import { LiveSource } from '../../src/capture/live-source.js';
import type { LiveStream } from '../../src/capture/live-stream.js';
import { openSource } from '../../src/capture/open-source.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { frameBytes, packedRgbLayout } from '../../src/frame/frame.js';
import { isSourceEnd } from '../../src/frame/frame-source.js';
import { MjpegCamera } from '../support/mjpeg-camera.js';
import { whyMissing } from './tools.js';

const noFfmpeg = whyMissing('ffmpeg');
let dir: string;
let device: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-faults-'));
  device = join(dir, 'video0');
  await writeFile(device, '');
});
afterAll(() => rm(dir, { recursive: true }));

/** A program in ffmpeg's place. */
async function standIn(name: string, script: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const greyPicture = (widthPx: number, heightPx: number) =>
  encodeJpeg({ widthPx, heightPx, data: new Uint8Array(widthPx * heightPx * 3).fill(90) }, 90);

test('a device that is busy is refused, with the word of the driver', async () => {
  const words = `[video4linux2 @ 0x1] ioctl(VIDIOC_STREAMON): Device or resource busy\n${device}: Device or resource busy`;
  const ffmpegPath = await standIn(
    'busy',
    `[ "$1" = -version ] && echo ffmpeg version 5.1 && exit\nprintf '%s\\n' '${words}' >&2\nexit 240`,
  );
  await expect(openCamera(device, { ffmpegPath })).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
    message: expect.stringContaining('Device or resource busy'),
  });
});

describe.skipIf(noFfmpeg !== undefined)(`with ffmpeg ${noFfmpeg ?? ''}`, () => {
  test('a mode that the camera does not have is replaced, and what came is said', async () => {
    const ffmpegPath = await standIn(
      'other-mode',
      [
        'for one in "$@"; do shift; case "$one" in',
        // The driver takes the nearest mode that it has.
        `-video_size|-framerate) skip=1; continue ;; v4l2) one=lavfi ;; ${device}) one=testsrc=size=64x48:rate=25:duration=1 ;;`,
        'esac; if [ "$skip" = 1 ]; then skip=0; continue; fi; set -- "$@" "$one"; done',
        'exec ffmpeg "$@"',
      ].join('\n'),
    );
    const source = await openCamera(`${device}?size=1280x720&rate=60`, { ffmpegPath });
    expect(source.info.layout).toMatchObject({ widthPx: 64, heightPx: 48 });
    expect(source.notes?.[0]).toMatch(/asked for 1280x720, 60 Hz; came 64x48 at 25 Hz/);
    await source.close();
  });

  test('a stream that changes its size is lost or counted, never resized, and its own size comes back', async () => {
    const camera = await MjpegCamera.start(await greyPicture(64, 48), { everyMs: 20 });
    const source = await openSource(camera.url);
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    try {
      expect(await source.read(pixels)).toMatchObject({ id: 0 });
      camera.picture = await greyPicture(96, 64);
      let pending = source.read(pixels);
      // Frames that were on their way come first.
      while ((source.skipped['size'] ?? 0) === 0)
        await Promise.race([
          pending.then(() => {
            pending = source.read(pixels);
          }),
          new Promise((resolve) => setTimeout(resolve, 10)),
        ]);
      camera.picture = await greyPicture(64, 48);
      let result = await pending;
      while (isSourceEnd(result)) result = await source.read(pixels);
      expect(result.id).toBeGreaterThan(0);
      expect(source.info.layout).toMatchObject({ widthPx: 64, heightPx: 48 });
    } finally {
      await source.close();
      await camera.close();
    }
  }, 30_000);
});

test('over 200 reconnects every stream is stopped, every frame counted, and memory does not grow', async () => {
  const layout = packedRgbLayout(640, 480);
  let open = 0;
  const start = async (): Promise<LiveStream> => {
    open++;
    let isStopped = false;
    let frames = 0;
    return {
      layout,
      async read(into): ReturnType<LiveStream['read']> {
        into[0] = frames;
        if (frames++ < 2) return {};
        return { code: 1, signal: null, lastWords: 'gone', partialBytes: 100 };
      },
      async stop() {
        if (!isStopped) open--;
        isStopped = true;
      },
    };
  };
  const info = { name: 'cuts out', layout, nominalRateHz: 30, frameCount: undefined };
  const options = { info, start, program: 'a program', endsInOrder: false, retryMs: 1 };
  const source = LiveSource.open(options, await start());
  const pixels = new Uint8Array(frameBytes(layout));
  let [delivered, lost, lastId, after20Bytes] = [0, 0, -1, 0];
  while (lost < 200) {
    const result = await source.read(pixels);
    if (isSourceEnd(result)) {
      expect(result.kind).toBe('lost');
      lost++;
      if (lost === 20) after20Bytes = process.memoryUsage().rss;
    } else {
      delivered++;
      lastId = result.id;
      expect(result.segment).toBe(lost);
    }
  }
  expect(open).toBe(0);
  expect(delivered).toBe(400);
  // Each stream ended in the middle of a frame, of which the last has no frame after it.
  expect(source.skipped).toEqual({ partial: 200 });
  expect(lastId + 1).toBe(delivered + 199);
  expect(process.memoryUsage().rss - after20Bytes).toBeLessThan(30e6);
  await source.close();
});
