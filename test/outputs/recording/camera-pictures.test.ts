import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CompressedImageSchema } from '../../../src/messages/gen/foxglove/compressed_image_pb.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { whyMissing } from '../../capture/tools.js';
import { windshield } from '../../support/command-line.js';
import { type HttpCamera, mjpegPictures, startHttpCamera } from '../../support/http-camera.js';
import { makeTinyRig } from '../../support/tiny-rig.js';

const noFfmpeg = whyMissing('ffmpeg');

describe.skipIf(noFfmpeg !== undefined)("a camera's own JPEG in a recording", () => {
  let dir: string;
  let camera: HttpCamera;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'windshield-camera-'));
    camera = await startHttpCamera(mjpegPictures('128x96'));
  });
  afterAll(async () => {
    camera?.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function jpegsIn(path: string): Promise<Buffer[]> {
    const reader = await RecordingReader.open(path);
    const jpegs: Buffer[] = [];
    for await (const { data } of reader.messages({ topics: ['camera/image'] }))
      jpegs.push(Buffer.from(fromBinary(CompressedImageSchema, data).data));
    await reader.close();
    return jpegs;
  }

  function expectUntouched(jpegs: readonly Buffer[], of = camera): void {
    expect(jpegs.length).toBeGreaterThan(0);
    for (const jpeg of jpegs) expect(of.hasSent(jpeg)).toBe(true);
    expect(new Set(jpegs.map((jpeg) => jpeg.toString('base64'))).size).toBe(jpegs.length);
  }

  test('is what record writes, byte by byte, where that is asked for', async () => {
    const out = join(dir, 'camera.mcap');
    const args = ['record', camera.url, '--pictures', 'camera', '--seconds', '1', '--out', out];
    const { code, stderr } = await windshield(args).finished;
    expect(code, stderr).toBe(0);
    expectUntouched(await jpegsIn(out));
  });

  test('is what run writes beside its results, and not the password to the camera', async () => {
    const rig = await makeTinyRig(1);
    try {
      const pipeline = await rig.writePipeline('camera.yaml', {
        source: camera.url.replace('//', '//user:sesame@'),
        record: { path: join(dir, 'run.mcap'), images: true, pictures: 'camera' },
      });
      const run = windshield(['run', pipeline, '--no-publish']);
      await run.seen(/frame +\d+/);
      run.child.kill('SIGINT');
      const { code, stderr } = await run.finished;
      expect(code, stderr).toBe(0);
      expectUntouched(await jpegsIn(join(dir, 'run.mcap')));
      expect((await readFile(join(dir, 'run.mcap'))).includes('sesame')).toBe(false);
    } finally {
      await rig.remove();
    }
  });

  test('is on the disk when the camera stands still, with what was said of that', async () => {
    const still = await startHttpCamera(mjpegPictures('128x96'));
    try {
      const out = join(dir, 'still.mcap');
      const args = ['record', `${still.url}#stall=1`, '--pictures', 'camera', '--out', out];
      const run = windshield(args);
      await run.seen('its own JPEG is kept');
      while (!existsSync(`${out}.partial`)) await sleep(20);
      await sleep(300);
      still.pause();
      await run.seen('trying again');
      const isThere = async () => {
        const reader = await RecordingReader.open(`${out}.partial`).catch(() => undefined);
        await reader?.close();
        return (reader?.channels.find(({ topic }) => topic === 'log')?.messageCount ?? 0) > 1;
      };
      while (!(await isThere())) await sleep(50);
      run.child.kill('SIGKILL');
      await run.finished;
      expectUntouched(await jpegsIn(`${out}.partial`), still);
    } finally {
      still.close();
    }
  });

  test('is not to be had of what gives none, and that is said', async () => {
    const source = 'gstreamer:videotestsrc ! video/x-raw,width=64,height=48';
    const args = ['record', source, '--pictures', 'camera', '--out', join(dir, 'no.mcap')];
    expect(await windshield(args).finished).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^windshield: expected a camera that gives MJPEG, .* found a GStreamer pipeline; .* \(ERR_SOURCE_FORMAT\)\n$/,
      ),
    });
  });
});
