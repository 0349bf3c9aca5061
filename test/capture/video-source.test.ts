import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSource } from '../../src/capture/open-source.js';
import { openVideo } from '../../src/capture/video-source.js';
import { frameBytes } from '../../src/frame/frame.js';
import { type FrameSource, isSourceEnd, type SourceEnd } from '../../src/frame/frame-source.js';
import { sharedDataDir } from '../support/shared-data.js';
import { checkSource } from './conformance.js';
import { whyMissing } from './tools.js';

const skip = whyMissing('ffmpeg') ?? whyMissing('ffprobe');
const left = skip === undefined ? '' : ` (left out: ${skip})`;
const frameCount = 20;
let dir: string;
const at = (name: string) => join(dir, name);

/** Makes a video of a known colour; the index comes first, so that a file cut off still has it. */
function makeVideo(path: string, input: string, ...encode: string[]): void {
  const source = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', input];
  execFileSync('ffmpeg', [...source, ...encode, '-movflags', '+faststart', '-y', path]);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-video-'));
  if (skip !== undefined) return;
  makeVideo(at('red.mp4'), 'color=c=0xc81e1e:s=64x48:r=25:d=0.8', '-c:v', 'libx264', '-qp', '1');
  makeVideo(at('odd.mkv'), 'color=c=0x1ec81e:s=63x47:r=30000/1001', '-c:v', 'ffv1', '-t', '0.3');
  // Noise does not compress, so that the cut falls between frames that are many bytes apart.
  const noise = `nullsrc=s=64x48:r=25:d=0.8,geq=random(1)*255:128:128`;
  makeVideo(at('noise.mp4'), noise, '-c:v', 'mjpeg', '-q:v', '2');
  const whole = await readFile(at('noise.mp4'));
  await writeFile(at('cut.mp4'), whole.subarray(0, Math.round(whole.length * 0.6)));
});
afterAll(() => rm(dir, { recursive: true }));

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

checkSource('a video', {
  open: () => openVideo(at('red.mp4')),
  ids: range(frameCount),
  colourOf: () => [200, 30, 30],
  skip,
});

checkSource('a video of odd size in a container that does not count its frames', {
  open: () => openVideo(at('odd.mkv')),
  ids: range(9),
  skip,
});

async function readAll(source: FrameSource): Promise<{ times: bigint[]; end: SourceEnd }> {
  const pixels = new Uint8Array(frameBytes(source.info.layout));
  const times: bigint[] = [];
  for (;;) {
    const result = await source.read(pixels);
    if (isSourceEnd(result)) return { times, end: result };
    times.push(result.sourceTimeNs);
  }
}

test.skipIf(skip !== undefined)(`frames come at their presentation times${left}`, async () => {
  const source = await openSource(at('red.mp4'));
  expect(source.info).toMatchObject({ nominalRateHz: 25, frameCount });
  const { times } = await readAll(source);
  expect(times).toEqual(range(frameCount).map((i) => BigInt(i) * 40_000_000n));
  await source.close();
});

/** A film that asks to be turned clockwise: the matrix of its track header (ISO 14496-12, 8.3.2), 16.16 fixed point. */
function turned(film: Buffer, turnDeg: 90 | 180 | 270): Buffer {
  const [a, b] = { 90: [0, 1], 180: [-1, 0], 270: [0, -1] }[turnDeg] as [number, number];
  const matrixAt = film.indexOf('tkhd') + 44;
  for (const [place, value] of [
    [0, a],
    [1, b],
    [3, -b],
    [4, a],
  ] as const)
    film.writeInt32BE(value * 65_536, matrixAt + 4 * place);
  return film;
}

test.skipIf(skip !== undefined)(`a phone's film is shown upright, and says so${left}`, async () => {
  // Stored lying: red on its left, blue on its right.
  const input =
    'color=c=0xc81e1e:s=32x48:r=25:d=0.2[a];color=c=0x1e1ec8:s=32x48:r=25:d=0.2[b];[a][b]hstack';
  makeVideo(at('lying.mp4'), input, '-c:v', 'libx264', '-qp', '1');
  for (const [turnDeg, size, firstPixel] of [
    [90, [48, 64], 'red'],
    [180, [64, 48], 'blue'],
    [270, [48, 64], 'blue'],
  ] as const) {
    const path = at(`turned-${turnDeg}.mp4`);
    await writeFile(path, turned(await readFile(at('lying.mp4')), turnDeg));
    const source = await openVideo(path);
    const { widthPx, heightPx } = source.info.layout;
    expect([widthPx, heightPx]).toEqual(size);
    expect(source.notes).toEqual([
      `turned by ${turnDeg}° clockwise, as the file says: stored 64x48, shown ${widthPx}x${heightPx}`,
    ]);
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    await source.read(pixels);
    expect(pixels[0]! > pixels[2]! ? 'red' : 'blue').toBe(firstPixel);
    await source.close();
  }
});

test.skipIf(skip !== undefined)(
  `frames at uneven times keep them, none is doubled or left out${left}`,
  async () => {
    // Every third frame is missing: times 0, 40, 120, 160, 240, ...
    const input = "testsrc=s=64x48:r=25:d=0.8,select='lt(mod(n,3),2)'";
    const encode = ['-vsync', 'passthrough', '-c:v', 'libx264'];
    makeVideo(at('uneven.mp4'), input, ...encode);
    const source = await openVideo(at('uneven.mp4'));
    const { times, end } = await readAll(source);
    const expected = range(frameCount).filter((i) => i % 3 < 2);
    expect(times).toEqual(expected.map((i) => BigInt(i) * 40_000_000n));
    expect(end.kind).toBe('ended');
    expect(source.skipped).toEqual({});
    await source.close();
  },
);

test.skipIf(skip !== undefined)(
  `of a video that was cut off the readable frames come, the rest is counted${left}`,
  async () => {
    const source = await openVideo(at('cut.mp4'));
    const { times, end } = await readAll(source);
    expect(end).toEqual({ kind: 'ended' });
    expect(times.length).toBeGreaterThan(frameCount / 3);
    expect(times.length).toBeLessThan(frameCount);
    expect(source.info.frameCount).toBe(frameCount);
    expect(source.skipped).toEqual({ truncated: frameCount - times.length });
    await source.close();
  },
);

test.skipIf(skip !== undefined)(
  `when ffmpeg is killed the source fails and says where${left}`,
  async () => {
    // Stands before the real ffmpeg and tells its process, which it becomes.
    const ffmpegPath = at('ffmpeg');
    await writeFile(ffmpegPath, `#!/bin/sh\necho $$ > ${at('pid')}\nexec ffmpeg "$@"\n`);
    await chmod(ffmpegPath, 0o755);
    makeVideo(
      at('long.mp4'),
      'testsrc=s=640x480:r=25:d=4',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
    );
    const source = await openVideo(at('long.mp4'), { ffmpegPath, ffprobePath: 'ffprobe' });
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    for (let i = 0; i < 3; i++) expect(await source.read(pixels)).toMatchObject({ id: i });
    process.kill(Number(await readFile(at('pid'), 'utf8')), 'SIGKILL');
    const { times, end } = await readAll(source);
    const readCount = 3 + times.length;
    expect(end).toMatchObject({ kind: 'failed', error: { code: 'ERR_SOURCE_LOST' } });
    expect(end.kind === 'failed' && end.error.message).toMatch(
      new RegExp(
        `^ffmpeg was killed by SIGKILL, after ${readCount} of 100 frames of .*long\\.mp4$`,
      ),
    );
    expect(source.skipped).toEqual({ lost: 100 - readCount });
    expect(await source.read(pixels)).toEqual(end);
    await source.close();
  },
);

test.skipIf(skip !== undefined)(
  `a source that is closed leaves no process behind${left}`,
  async () => {
    const ffmpegPath = at('ffmpeg-closed');
    await writeFile(ffmpegPath, `#!/bin/sh\necho $$ > ${at('pid-closed')}\nexec ffmpeg "$@"\n`);
    await chmod(ffmpegPath, 0o755);
    const source = await openVideo(at('red.mp4'), { ffmpegPath, ffprobePath: 'ffprobe' });
    await source.read(new Uint8Array(frameBytes(source.info.layout)));
    await source.close();
    const pid = Number(await readFile(at('pid-closed'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  },
);

test('without ffmpeg a video is one clear error', async () => {
  await writeFile(at('some.mp4'), 'anything');
  const ffmpegPath = at('nowhere/ffmpeg');
  await expect(openVideo(at('some.mp4'), { ffmpegPath })).rejects.toMatchObject({
    code: 'ERR_TOOL_MISSING',
    message: expect.stringContaining('nowhere/ffprobe'),
  });
});

test.skipIf(skip !== undefined)(
  `a file that is no video is refused with its name${left}`,
  async () => {
    await writeFile(at('letter.mp4'), 'a letter');
    await expect(openSource(at('letter.mp4'))).rejects.toMatchObject({
      code: 'ERR_SOURCE_FORMAT',
      message: expect.stringContaining('letter.mp4'),
    });
  },
);

const data = sharedDataDir();
const why = skip ?? (data === undefined ? 'no folder of real images here' : undefined);
test.skipIf(why !== undefined)(
  `real dash-cam videos play from end to end${why === undefined ? '' : ` (left out: ${why})`}`,
  async () => {
    const videos = join(data!, 'road_scenes/videos');
    for (const [name, count, widthPx] of [
      ['solidWhiteRight.mp4', 221, 960],
      ['vehicle_detection_test_video.mp4', 38, 1280],
    ] as const) {
      const source = await openSource(join(videos, name));
      expect(source.info).toMatchObject({ frameCount: count, layout: { widthPx } });
      const { times } = await readAll(source);
      expect(times).toHaveLength(count);
      expect(source.skipped).toEqual({});
      await source.close();
    }
  },
);
