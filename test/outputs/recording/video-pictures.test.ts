import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSource } from '../../../src/capture/open-source.js';
import { isKeyframe } from '../../../src/codec/video/access-unit.js';
import type { FrameLayout } from '../../../src/frame/frame.js';
import { CompressedVideoSchema } from '../../../src/messages/gen/foxglove/compressed_video_pb.js';
import { PipelineStatusSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import type { FramePixels } from '../../../src/outputs/output.js';
import { RecorderThread } from '../../../src/outputs/recording/recorder-thread.js';
import { VideoPictures } from '../../../src/outputs/recording/video-pictures.js';
import { copyRecordings } from '../../../src/recording/copy-recording.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { whyMissing } from '../../capture/tools.js';
import { repoDir, windshield } from '../../support/command-line.js';
import { makeTinyRig } from '../../support/tiny-rig.js';

const layout: FrameLayout = { format: 'rgb8', widthPx: 64, heightPx: 48, strideBytes: 192 };
const stepNs = 100_000_000n;
/** Not a multiple of anything: a time that was made up would show. */
const firstNs = 1_700_000_000_123_456_789n;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-video-'));
  if (whyMissing('ffmpeg') !== undefined) return;
  const thread = new RecorderThread();
  await thread.open(optionsFor('drive.mcap'));
  await recordFrames(thread, 0, 25);
  await thread.end('close');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function optionsFor(name: string) {
  const metadata = { 'windshield.drive': { sourceName: 'a test' } };
  const pictures = { images: true, layout, quality: 95, video: { rateHz: 10 } };
  const camera = { source: 'camera:none', ...pictures, metadata, attachments: [] };
  return { path: join(dir, name), cameras: [camera] };
}

/** As `optionsFor`, for the cameras `front` and `rear`. */
function ofTwoCameras(name: string, layout: FrameLayout) {
  const { path, cameras } = optionsFor(name);
  return { path, cameras: ['front', 'rear'].map((name) => ({ ...cameras[0]!, name, layout })) };
}

/** A frame of one grey, which says its number, in shared memory. */
function frameOf(number: number): FramePixels {
  const bytes = new Uint8Array(new SharedArrayBuffer(192 * 48)).fill(40 + 4 * number);
  return { layout, bytes, release: () => {} };
}

async function recordFrames(thread: RecorderThread, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    thread.picture(firstNs + BigInt(number) * stepNs, frameOf(number));
    await thread.drained();
  }
}

/** Frames of a recording as a replay gets them: id, stamp, and the number that the pixels show. */
async function replayed(path: string) {
  const source = await openSource(path);
  const into = new Uint8Array(source.info.layout.strideBytes * source.info.layout.heightPx);
  const frames: { id: number; stampNs: bigint; shows: number }[] = [];
  for (;;) {
    const frame = await source.read(into);
    if ('kind' in frame) break;
    frames.push({
      id: frame.id,
      stampNs: frame.stampNs,
      shows: Math.round(Math.max(0, into[0]! - 40) / 4),
    });
  }
  await source.close();
  return { frames, skipped: source.skipped };
}

const expected = (from: number, to: number, firstId = from) =>
  Array.from({ length: to - from }, (_, index) => {
    const number = from + index;
    return { id: firstId + index, stampNs: firstNs + BigInt(number) * stepNs, shows: number };
  });

async function videoIn(path: string) {
  const reader = await RecordingReader.open(path);
  const frames = [];
  for await (const { stampNs, data } of reader.messages({ topics: ['camera/video'] }))
    frames.push({ stampNs, ...fromBinary(CompressedVideoSchema, data) });
  await reader.close();
  return frames;
}

describe.skipIf(whyMissing('ffmpeg') !== undefined)('pictures as H.264 in a recording', () => {
  test('play back with their ids and times, one message a frame', async () => {
    const path = join(dir, 'drive.mcap');
    const frames = await videoIn(path);
    expect(frames.map(({ format }) => format)).toEqual(Array(25).fill('h264'));
    expect(frames.flatMap(({ data }, at) => (isKeyframe(data) ? [at] : []))).toEqual([0, 10, 20]);
    const { nanos, seconds } = frames[3]!.timestamp!;
    expect(seconds * 1_000_000_000n + BigInt(nanos)).toBe(firstNs + 3n * stepNs);
    expect(await replayed(path)).toEqual({ frames: expected(0, 25), skipped: {} });
  });

  test('a part begins at the keyframe before, says so, and plays whole', async () => {
    const out = join(dir, 'part.mcap');
    const askedNs = firstNs + 13n * stepNs;
    const range = { startNs: askedNs, endNs: firstNs + 22n * stepNs, facts: {} };
    const summary = await copyRecordings([join(dir, 'drive.mcap')], out, range);
    expect(summary).toMatchObject({ askedNs, startNs: firstNs + 10n * stepNs });
    expect(summary.messages['camera/video']).toBe(13);
    expect(await replayed(out)).toEqual({ frames: expected(10, 23, 0), skipped: {} });
    const args = ['cut', join(dir, 'drive.mcap'), '--from', '1.5', '--out', join(dir, 'cut.mcap')];
    const { stdout, stderr } = await windshield(args).finished;
    expect(stdout + stderr).toContain("begins 0.50 s earlier, at the video's keyframe");
  });

  test('numbered files begin with a keyframe, and together hold every frame', async () => {
    const thread = new RecorderThread();
    await thread.open({ ...optionsFor('split.mcap'), splitSeconds: 1.5 });
    await recordFrames(thread, 0, 35);
    await thread.end('close');
    const parts = await Promise.all(thread.files.map(replayed));
    expect(parts.map(({ frames }) => frames.length)).toEqual([20, 15]);
    expect(parts.flatMap(({ frames }) => frames.map(({ shows }) => shows))).toEqual(
      Array.from({ length: 35 }, (_, number) => number),
    );
  });

  test('an encoder that dies is replaced: its frame is counted, results go on', async () => {
    const thread = new RecorderThread();
    await thread.open(optionsFor('died.mcap'));
    await recordFrames(thread, 0, 5);
    const [pid] = childrenOf(process.pid, 'ffmpeg');
    process.kill(pid!, 'SIGSTOP');
    thread.picture(firstNs + 5n * stepNs, frameOf(5));
    process.kill(pid!, 'SIGKILL');
    await thread.drained();
    expect(thread.videoFailure?.message).toContain('was killed by SIGKILL');
    thread.message('log', firstNs + 6n * stepNs, new Uint8Array(0));
    await recordFrames(thread, 6, 12);
    expect(thread.videoFailure).toBeUndefined();
    await thread.end('close');
    expect(thread.counts.of('camera/video')).toMatchObject({ sent: 11, dropped: 1 });
    const shows = [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11];
    const { frames } = await replayed(join(dir, 'died.mcap'));
    expect(frames.map((frame) => frame.shows)).toEqual(shows);
  });

  test('of two cameras, a frame is given back when its own encoder has read it', async () => {
    const thread = new RecorderThread();
    // More bytes than a pipe holds: a stopped encoder leaves most of the frame unread.
    const large: FrameLayout = { format: 'rgb8', widthPx: 320, heightPx: 240, strideBytes: 960 };
    await thread.open(ofTwoCameras('two.mcap', large));
    const [first] = childrenOf(process.pid, 'ffmpeg').sort((a, b) => a - b);
    process.kill(first!, 'SIGSTOP');
    const released: string[] = [];
    const frameOfCamera = (name: string): FramePixels => ({
      layout: large,
      bytes: new Uint8Array(new SharedArrayBuffer(960 * 240)),
      release: () => released.push(name),
    });
    thread.picture(firstNs, frameOfCamera('front'), { camera: 0 });
    thread.picture(firstNs, frameOfCamera('rear'), { camera: 1 });
    await vi.waitUntil(() => thread.counts.of('camera/video').sent === 1, { timeout: 60_000 });
    expect(released).toEqual(['rear']);
    process.kill(first!, 'SIGCONT');
    await thread.drained();
    expect(released).toEqual(['rear', 'front']);
    await thread.end('close');
  });

  test('of two cameras, the encoder of one that is gone is told until that camera has a frame again', async () => {
    const thread = new RecorderThread();
    await thread.open(ofTwoCameras('lost.mcap', layout));
    const [first] = childrenOf(process.pid, 'ffmpeg').sort((a, b) => a - b);
    process.kill(first!, 'SIGSTOP');
    thread.picture(firstNs, frameOf(0), { camera: 0 });
    process.kill(first!, 'SIGKILL');
    await thread.drained();
    thread.picture(firstNs, frameOf(0), { camera: 1 });
    await thread.drained();
    expect(thread.health).toBe('recording_video_lost');
    thread.picture(firstNs + stepNs, frameOf(1), { camera: 0 });
    await thread.drained();
    expect(thread.health).toBeUndefined();
    await thread.end('close');
  });

  test('an encoder that hangs for ten seconds is ended, and another one goes on', async () => {
    // Of the clock only what the watch reads: the processes are real.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const pictures = await VideoPictures.open({ layout, quality: 95 });
    try {
      await pictures.encode(frameOf(0).bytes).coded;
      const [pid] = childrenOf(process.pid, 'ffmpeg');
      process.kill(pid!, 'SIGSTOP');
      const { read, coded } = pictures.encode(frameOf(1).bytes);
      vi.advanceTimersByTime(9000);
      expect(childrenOf(process.pid, 'ffmpeg')).toEqual([pid]);
      vi.advanceTimersByTime(2000);
      await expect(coded).rejects.toThrow('was killed by SIGKILL');
      await read;
      expect(isKeyframe(await pictures.encode(frameOf(2).bytes).coded)).toBe(true);
    } finally {
      vi.useRealTimers();
      await pictures.close();
    }
    expect(childrenOf(process.pid, 'ffmpeg')).toEqual([]);
  });

  test('an encoder that dies three times without a frame is not started again', async () => {
    const pictures = await VideoPictures.open({ layout, quality: 95 });
    const started = new Set<number>();
    for (let death = 0; death < 6; death++) {
      const { read, coded } = pictures.encode(frameOf(death).bytes);
      for (const pid of childrenOf(process.pid, 'ffmpeg')) {
        started.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      await expect(coded).rejects.toMatchObject({ code: 'ERR_SOURCE_LOST' });
      await read;
    }
    expect(started.size).toBe(4);
    await pictures.close();
  });

  test('record whose encoder is gone for good says so, ends with 2 and leaves a file', async () => {
    const programs = join(dir, 'programs');
    mkdirSync(programs);
    const real = execFileSync('which', ['ffmpeg'], { encoding: 'utf8' }).trim();
    // It says its version, encodes the blank frame of the start, and no other.
    const lines = [
      '#!/bin/sh',
      `echo >> ${programs}/calls`,
      `[ $(wc -l < ${programs}/calls) -gt 2 ] && { echo 'out of memory' >&2; exit 1; }`,
      `exec ${real} "$@"`,
    ];
    writeFileSync(join(programs, 'ffmpeg'), lines.join('\n'), { mode: 0o755 });
    const out = join(dir, 'gone.mcap');
    const args = ['record', join(repoDir, 'recordings/sample-drive.mcap'), '--seconds', '1'];
    const run = windshield([...args, '--pictures', 'h264', '-o', out], {
      PATH: `${programs}:${process.env.PATH}`,
    });
    const { code, stderr } = await run.finished;
    expect(stderr).toMatch(/ffmpeg.*out of memory.*ERR_SOURCE_LOST/);
    expect(code).toBe(2);
    expect(await videoIn(out)).toEqual([]);
  });

  test('an ffmpeg that is missing is said before the first frame', async () => {
    const out = join(dir, 'none.mcap');
    const args = ['record', join(dir, 'drive.mcap'), '--pictures', 'h264', '-o', out];
    const run = windshield(args, { PATH: join(dir, 'no-programs') });
    const { code, stderr } = await run.finished;
    expect(code).toBe(2);
    expect(stderr).toMatch(/ffmpeg.*ERR_TOOL_MISSING/);
    expect(existsSync(out)).toBe(false);
  });

  test('record writes it, and makes JPEG of it again; info and export read it', async () => {
    const out = join(dir, 'recorded.mcap');
    const frames = join(dir, 'drive.mcap');
    const record = ['record', frames, '--pictures', 'h264', '--out', out];
    const recorded = await windshield(record).finished;
    expect(recorded.code, recorded.stderr).toBe(0);
    expect((await replayed(out)).frames).toHaveLength(25);
    const info = await windshield(['info', out]).finished;
    expect(info.stdout).toMatch(/camera\/video +25 .*foxglove\.CompressedVideo/);
    const pictures = join(dir, 'pictures');
    const exported = await windshield(['export-drive', out, '--pictures', pictures]).finished;
    expect(exported.code, exported.stderr).toBe(0);
    expect(readdirSync(pictures).filter((name) => name.endsWith('.jpg'))).toHaveLength(25);
    const stills = join(dir, 'stills.mcap');
    const result = await windshield(['record', out, '--out', stills]).finished;
    expect(result.code, result.stderr).toBe(0);
    expect((await replayed(stills)).frames.map(({ stampNs }) => stampNs)).toEqual(
      expected(0, 25).map(({ stampNs }) => stampNs),
    );
  });

  test('what a killed recording of a camera left is recovered, with status, and plays', async ({
    skip,
  }) => {
    const why = whyMissing('gst-launch-1.0', '--version');
    skip(why !== undefined, why);
    const out = join(dir, 'killed.mcap');
    const caps = 'video/x-raw,width=64,height=48,framerate=30/1';
    const live = `gstreamer:videotestsrc is-live=true ! ${caps}`;
    const run = windshield(['record', live, '--pictures', 'h264', '--out', out]);
    while (!existsSync(`${out}.partial`)) await sleep(20);
    while (!readFileSync(`${out}.partial`).includes('PipelineStatus')) await sleep(50);
    run.child.kill('SIGKILL');
    await run.finished;
    await rename(`${out}.partial`, `${out}.interrupted`);
    const whole = join(dir, 'whole.mcap');
    const recovered = await windshield(['recover', `${out}.interrupted`, '-o', whole]).finished;
    expect(recovered.code, recovered.stderr).toBe(0);
    const { frames, skipped } = await replayed(whole);
    expect(frames.length).toBeGreaterThan(0);
    expect(skipped).toEqual({});
    const reader = await RecordingReader.open(whole);
    const first = (await reader.messages({ topics: ['status'] }).next()).value;
    await reader.close();
    const status = fromBinary(PipelineStatusSchema, first!.data);
    expect(status.sourceName).not.toBe('');
    expect(status.framesCaptured).toBeGreaterThanOrEqual(status.framesPublished);
  });

  test('a run writes it beside its results, and a repeat copies it byte by byte', async () => {
    const rig = await makeTinyRig(3);
    try {
      const film = join(dir, 'film.mp4');
      const source = ['-f', 'lavfi', '-i', 'testsrc=size=128x96:rate=10:duration=1'];
      execFileSync('ffmpeg', ['-v', 'error', ...source, '-pix_fmt', 'yuv420p', film]);
      const pipeline = await rig.writePipeline('video.yaml', {
        source: film,
        record: { path: join(dir, 'run.mcap'), images: true, pictures: 'h264' },
      });
      const run = await windshield(['replay', film, '--pipeline', pipeline, '--lockstep']).finished;
      expect(run.code, run.stderr).toBe(0);
      const frames = await videoIn(join(dir, 'run.mcap'));
      expect(frames).toHaveLength(10);
      const again = join(dir, 'again.mcap');
      const repeat = ['replay', join(dir, 'run.mcap'), '--pipeline', pipeline, '--lockstep'];
      const repeated = await windshield([...repeat, '--images', '--out', again]).finished;
      expect(repeated.code, repeated.stderr).toBe(0);
      expect((await videoIn(again)).map(({ data }) => data)).toEqual(
        frames.map(({ data }) => data),
      );
    } finally {
      await rig.remove();
    }
  });
});

/** The processes of this name below a process. */
function childrenOf(parent: number, name: string): number[] {
  const found: number[] = [];
  for (const entry of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [, command, ppid] = /^\d+ \((.*)\) . (\d+)/.exec(stat) ?? [];
      if (Number(ppid) === parent && command === name) found.push(Number(entry));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}
