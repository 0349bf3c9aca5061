import { execFileSync } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeJpeg } from '../../../src/codec/image-codec.js';
import { PipelineStatusSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import { openRig } from '../../../src/pipeline/cameras/open-rig.js';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import { recordingInfo } from '../../../src/recording/recording-info.js';
import { whyMissing } from '../../capture/tools.js';
import { until } from '../../support/command-line.js';
import { MjpegCamera } from '../../support/mjpeg-camera.js';
import { tinyDriveSize } from '../../support/tiny-drive.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';

const frameCount = 12;
const rearFrames = 5;
const noFfmpeg = whyMissing('ffmpeg');
let rig: TinyRig;

beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 40);
  if (noFfmpeg !== undefined) return;
  const { widthPx, heightPx } = tinyDriveSize;
  const picture = `testsrc2=s=${widthPx}x${heightPx}:r=40`;
  const film = ['-frames:v', String(frameCount), '-c:v', 'mjpeg', join(rig.dir, 'film.mp4')];
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', picture, ...film]);
});
afterAll(() => rig.remove());

/** A program that stands before the real ffmpeg. */
async function programBefore(name: string, script: string): Promise<string> {
  const path = join(rig.dir, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function configOf(name: string, changes: object) {
  const path = await rig.writePipeline(`${name}.yaml`, {
    source: undefined,
    publish: {},
    ...changes,
  });
  return loadPipelineFile(path);
}

describe.skipIf(noFfmpeg !== undefined)('of two cameras', () => {
  test('one that fails midway ends alone: the other goes on, and what was recorded of both stays', async () => {
    const { widthPx, heightPx } = tinyDriveSize;
    const readBytes = rearFrames * widthPx * heightPx * 3;
    const ffmpegPath = await programBefore('dies', `ffmpeg "$@" | head -c ${readBytes}\nexit 1`);
    const path = join(rig.dir, 'midway.mcap');
    const config = await configOf('midway', {
      cameras: { front: { source: 'drive.mcap' }, rear: { source: 'film.mp4' } },
      sync: { around: { cameras: ['front', 'rear'], toleranceMs: 10 } },
      record: { path, images: true },
    });
    const notes: string[] = [];
    const run = await openRig({
      config,
      pacing: 'lockstep',
      sourceOptions: { ffmpegPath, ffprobePath: 'ffprobe' },
      note: (text) => notes.push(text),
    });
    const { report, error } = await run.run();
    expect(error).toMatchObject({
      code: 'ERR_SOURCE_LOST',
      message: expect.stringContaining(`after ${rearFrames} of ${frameCount} frames`),
    });
    expect(notes).toContain('camera rear ended before its source did');
    const { front, rear } = report.cameras;
    expect(front).toMatchObject({ frames: { published: frameCount, dropped: 0 } });
    expect(front!.source.end).toBe('ended');
    const lost = frameCount - rearFrames;
    expect(rear!.frames).toMatchObject({ published: rearFrames, drops: { lost } });
    expect(rear!.source.end).toBe('failed');
    expect(report.sync['around']).toMatchObject({
      complete: rearFrames,
      incomplete: lost,
      missing: { front: 0, rear: lost },
    });
    const { topics } = await recordingInfo(path);
    const counts = new Map(topics.map(({ topic, messages }) => [topic, messages]));
    for (const topic of ['perception', 'camera/image']) {
      expect(counts.get(`/front/${topic}`)).toBe(frameCount);
      expect(counts.get(`/rear/${topic}`)).toBe(rearFrames);
    }
  });

  test('a live one that dies is lost in its own health, the other goes on, and it comes back as a new segment', async () => {
    const picture = await encodeJpeg(
      {
        ...tinyDriveSize,
        data: new Uint8Array(tinyDriveSize.widthPx * tinyDriveSize.heightPx * 3).fill(120),
      },
      90,
    );
    const [front, dying] = [await MjpegCamera.start(picture), await MjpegCamera.start(picture)];
    let rear = dying;
    const config = await configOf('dying', {
      calibration: 'none',
      cameras: { front: { source: front.url }, rear: { source: rear.url } },
      record: undefined,
    });
    const health = new Map<string, readonly string[]>();
    const published = new Map([
      ['front', 0],
      ['rear', 0],
    ]);
    const segments = new Map<string, number>();
    const stop = new AbortController();
    const run = await openRig({
      config,
      pacing: 'realtime',
      signal: stop.signal,
      onFrame(frame, _, __, camera) {
        published.set(camera, published.get(camera)! + 1);
        segments.set(camera, frame.segment);
      },
      outputs: [
        {
          name: 'ear',
          place: 'the test',
          topics: ['status'],
          needsPixels: false,
          counts: new Map(),
          send: ({ camera, payload }) =>
            void health.set(camera!, fromBinary(PipelineStatusSchema, payload).health),
          close: async () => {},
        },
      ],
    });
    try {
      const running = run.run(stop.signal);
      await until(() => published.get('front')! > 2 && published.get('rear')! > 2);
      const { port } = new URL(rear.url);
      await rear.close();
      await until(() => health.get('rear')?.includes('camera_lost') === true);
      const before = published.get('front')!;
      await until(() => published.get('front')! > before + 5 && health.has('front'));
      expect(health.get('front')).not.toContain('camera_lost');
      rear = await MjpegCamera.start(picture, { port: Number(port) });
      await until(() => segments.get('rear') === 1);
      await until(() => health.get('rear')?.includes('camera_lost') === false);
      stop.abort();
      const { report, error } = await running;
      expect(error).toBeUndefined();
      for (const name of ['front', 'rear']) {
        const { frames } = report.cameras[name]!;
        expect(frames.in).toBe(frames.published + frames.dropped);
      }
    } finally {
      stop.abort();
      await Promise.all([front.close(), rear.close()]);
    }
  }, 60_000);

  test('one that cannot be opened leaves nothing of the other open, which takes longer to open', async () => {
    const pidPath = join(rig.dir, 'pid');
    const script = `echo $$ > ${pidPath}\nsleep 1\nexec ffmpeg "$@"`;
    const ffmpegPath = await programBefore('late', script);
    await writeFile(join(rig.dir, 'broken.mp4'), 'no film');
    const config = await configOf('broken', {
      calibration: 'none',
      cameras: { front: { source: 'film.mp4' }, rear: { source: 'broken.mp4' } },
    });
    const sourceOptions = { ffmpegPath, ffprobePath: 'ffprobe' };
    await expect(openRig({ config, pacing: 'lockstep', sourceOptions })).rejects.toMatchObject({
      code: 'ERR_SOURCE_FORMAT',
    });
    const pid = Number(await readFile(pidPath, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
