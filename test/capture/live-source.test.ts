import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openFfmpegStream } from '../../src/capture/camera-source.js';
import { openGstreamer } from '../../src/capture/gstreamer-source.js';
import { LiveSource } from '../../src/capture/live-source.js';
import type { LiveStream, StreamFrame } from '../../src/capture/live-stream.js';
import { openSource } from '../../src/capture/open-source.js';
import { frameBytes, packedRgbLayout } from '../../src/frame/frame.js';
import { toPackedRgb } from '../../src/frame/nv12.js';
import { checkSource } from './conformance.js';
import { whyMissing } from './tools.js';

const noFfmpeg = whyMissing('ffmpeg') ?? whyMissing('ffprobe');
const noGstreamer = whyMissing('gst-launch-1.0', '--version');
const left = (reason: string | undefined) => (reason === undefined ? '' : ` (left out: ${reason})`);
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-live-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** A test picture at camera pace, in place of a device that this machine may not have. */
const testCamera = ['-f', 'lavfi', '-i', 'color=c=0x1e1ec8:s=64x48:r=25,realtime'];

checkSource('a live input of ffmpeg', {
  open: () => openFfmpegStream(testCamera, 'test picture'),
  ids: [0, 1, 2, 3],
  colourOf: () => [30, 30, 200],
  endless: 'a camera does not end',
  unrepeatable: 'a camera does not repeat itself',
  skip: noFfmpeg,
});

const gstreamerPicture =
  'videotestsrc is-live=true pattern=red ! video/x-raw,width=62,height=48,framerate=25/1';

checkSource('a GStreamer pipeline with padded rows', {
  open: () => openGstreamer(gstreamerPicture),
  ids: [0, 1, 2, 3],
  colourOf: () => [255, 0, 0],
  endless: 'a camera does not end',
  unrepeatable: 'a camera does not repeat itself',
  skip: noGstreamer,
});

checkSource('a GStreamer pipeline of NV12', {
  open: () => openGstreamer(gstreamerPicture, { format: 'nv12' }),
  ids: [0, 1, 2, 3],
  endless: 'a camera does not end',
  unrepeatable: 'a camera does not repeat itself',
  skip: noGstreamer,
});

test.skipIf(noFfmpeg !== undefined)(
  `a camera that is lost says so once, comes back, and its ids go on${left(noFfmpeg)}`,
  async () => {
    const ffmpegPath = join(dir, 'ffmpeg');
    const pidPath = join(dir, 'pid');
    await writeFile(ffmpegPath, `#!/bin/sh\necho $$ > ${pidPath}\nexec ffmpeg "$@"\n`);
    await chmod(ffmpegPath, 0o755);
    const options = { ffmpegPath, ffprobePath: 'ffprobe', retryMs: 20 };
    const source = await openFfmpegStream(testCamera, 'test picture', options);
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    expect(await source.read(pixels)).toMatchObject({ id: 0, sourceTimeNs: 0n });
    const firstPid = Number(await readFile(pidPath, 'utf8'));
    process.kill(firstPid, 'SIGKILL');
    let result = await source.read(pixels);
    let readCount = 1;
    while (!('kind' in result)) {
      readCount++;
      result = await source.read(pixels);
    }
    expect(result).toMatchObject({
      kind: 'lost',
      error: { code: 'ERR_SOURCE_LOST', message: 'test picture: ffmpeg was killed by SIGKILL' },
    });
    const back = await source.read(pixels);
    expect(back).toMatchObject({ id: readCount + (source.skipped['partial'] ?? 0) });
    expect('kind' in back ? 0n : back.sourceTimeNs).toBeGreaterThan(0n);
    expect(Number(await readFile(pidPath, 'utf8'))).not.toBe(firstPid);
    await source.close();
  },
);

test.skipIf(noFfmpeg !== undefined)(
  `a camera that cannot come back can still be closed${left(noFfmpeg)}`,
  async () => {
    const brief = [...testCamera.slice(0, -1), 'color=s=64x48:r=25:d=0.2'];
    const source = await openFfmpegStream(brief, 'test picture', { retryMs: 60_000 });
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    let result = await source.read(pixels);
    while (!('kind' in result)) result = await source.read(pixels);
    expect(result.kind).toBe('lost');
    const pending = source.read(pixels);
    await source.close();
    expect(await pending).toEqual({ kind: 'ended' });
  },
);

test.skipIf(noGstreamer !== undefined)(
  `a GStreamer pipeline that reaches its end has ended, and one that fails is lost${left(noGstreamer)}`,
  async () => {
    const pixels = new Uint8Array(64 * 48 * 3);
    const size = 'video/x-raw,width=64,height=48';
    const brief = await openSource(`gstreamer:videotestsrc num-buffers=2 ! ${size}`);
    expect(await brief.read(pixels)).toMatchObject({ id: 0 });
    expect(await brief.read(pixels)).toMatchObject({ id: 1 });
    expect(await brief.read(pixels)).toEqual({ kind: 'ended' });
    await brief.close();
    const broken = await openSource(`gstreamer:nosuchelement ! ${size}`);
    expect(await broken.read(pixels)).toMatchObject({
      kind: 'lost',
      error: { message: expect.stringContaining('nosuchelement') },
    });
    await broken.close();
  },
);

test('what cannot be a camera or a pipeline is refused before anything starts', async () => {
  await expect(openSource('camera:/dev/no-such-camera')).rejects.toMatchObject({
    code: 'ERR_SOURCE_MISSING',
  });
  await expect(openSource('gstreamer:videotestsrc')).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringContaining('width= and height='),
  });
  const options = { widthPx: 64, heightPx: 47, format: 'nv12' } as const;
  await expect(openGstreamer('videotestsrc', options)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  const missing = { gstLaunchPath: join(dir, 'no-gst'), widthPx: 64, heightPx: 48 };
  await expect(openGstreamer('videotestsrc', missing)).rejects.toMatchObject({
    code: 'ERR_TOOL_MISSING',
  });
});

test.skipIf(noFfmpeg !== undefined)(
  `colours of an HD stream, BT.709, are the same in NV12 as in rgb8${left(noFfmpeg)}`,
  async () => {
    const film = join(dir, 'hd.ts');
    const red = ['-f', 'lavfi', '-i', 'color=red:s=64x48:d=1:r=25'];
    const hd = ['-vf', 'scale=out_color_matrix=bt709,format=yuv420p', '-colorspace', 'bt709'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...red, ...hd, film]);
    const source = await openFfmpegStream(['-i', film], 'film', { format: 'nv12' });
    const { layout } = source.info;
    const pixels = new Uint8Array(frameBytes(layout));
    await source.read(pixels);
    await source.close();
    const [r, g, b] = toPackedRgb(pixels, layout);
    expect(r).toBeGreaterThan(245);
    expect(Math.max(g!, b!)).toBeLessThan(10);
  },
);

test('a device without a first frame is said to have sent none for as long as was waited for it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const layout = packedRgbLayout(2, 2);
    const silent: LiveStream = {
      layout,
      read: () => new Promise(() => {}),
      stop: async () => {},
    };
    const info = { name: 'silent', layout, nominalRateHz: undefined, frameCount: undefined };
    const start = async () => silent;
    const options = { info, start, program: 'a program', endsInOrder: false, stallMs: 500 };
    const source = LiveSource.open(options, silent);
    const reading = source.read(new Uint8Array(12));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await reading).toMatchObject({
      kind: 'lost',
      error: { message: 'silent: no frame for 10000 ms' },
    });
    await source.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a device that gives only frames of another size is lost, so that its health says so', async () => {
  const layout = packedRgbLayout(2, 2);
  const answers: StreamFrame[] = [{}];
  const changed: LiveStream = {
    layout,
    async read() {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answers.shift() ?? { wrongSize: '4x4' };
    },
    stop: async () => {},
  };
  const info = { name: 'changed', layout, nominalRateHz: undefined, frameCount: undefined };
  const start = async () => changed;
  const options = { info, start, program: 'a program', endsInOrder: false, stallMs: 50 };
  const source = LiveSource.open(options, changed);
  expect(await source.read(new Uint8Array(12))).toMatchObject({ id: 0 });
  expect(await source.read(new Uint8Array(12))).toMatchObject({
    kind: 'lost',
    error: { message: 'changed: no frame that can be used for 50 ms' },
  });
  expect(source.skipped['size']).toBeGreaterThan(0);
  await source.close();
});
