import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Subscriber } from 'zeromq';
import { openRecording } from '../../src/capture/recording-source.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { frameBytes } from '../../src/frame/frame.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
  type PipelineStatus,
  PipelineStatusSchema,
  StageState,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { withoutTiming } from '../../src/messages/without-timing.js';
import { ForwardedOutput } from '../../src/outputs/forwarded-output.js';
import type { Output } from '../../src/outputs/output.js';
import { PublishCounts } from '../../src/outputs/publish-count.js';
import { openPipeline } from '../../src/pipeline/open-pipeline.js';
import { runPipeline } from '../../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import type { PipelineOptions } from '../../src/pipeline/pipeline-options.js';
import { choosePictures } from '../../src/recording/picture-stream.js';
import { picturesIn } from '../../src/recording/pictures-in.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { freePort } from '../support/command-line.js';
import { stripesSource } from '../support/stripes-source.js';
import { writeSlowSteering } from '../support/tiny-bundles.js';
import { tinyDriveSize, tinyPicture } from '../support/tiny-drive.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const frameCount = 24;
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 40);
});
afterAll(() => rig.remove());

/** Options for a run of the rig's drive; `changes` go into its pipeline file. */
async function options(name: string, changes: object, more: Partial<PipelineOptions> = {}) {
  const config = await loadPipelineFile(await rig.writePipeline(`${name}.yaml`, changes));
  return { config, source: rig.drivePath, pacing: 'lockstep' as const, ...more };
}

/** Runs and keeps every message. */
async function collect(run: PipelineOptions) {
  const frames: PerceptionFrame[] = [];
  const onFrame = (_frame: PerceptionFrame, payload: Uint8Array) => {
    frames.push(fromBinary(PerceptionFrameSchema, payload));
  };
  const result = await runPipeline({ ...run, onFrame });
  return { ...result, frames };
}

async function recordedFrames(path: string): Promise<Uint8Array[]> {
  const reader = await RecordingReader.open(path);
  const payloads: Uint8Array[] = [];
  for await (const { data } of reader.messages({ topics: ['perception'] })) payloads.push(data);
  await reader.close();
  return payloads;
}

describe('what the four networks see', () => {
  test('is in every message: boxes, signs that were read, the mask, steering, and where it came from', async () => {
    const { report, error, frames } = await collect(await options('see', {}));
    expect(error).toBeUndefined();
    expect(report.frames).toEqual({
      in: frameCount,
      published: frameCount,
      dropped: 0,
      drops: {},
    });
    expect(frames.map(({ frameId }) => Number(frameId))).toEqual([...Array(frameCount).keys()]);
    const early = frames[3]!;
    expect(early.detections).toMatchObject([{ className: 'traffic_sign', trackId: 1 }]);
    expect(early.signs).toMatchObject([{ className: 'stop', detectionIndex: 0, trackId: 1 }]);
    expect(early.signs[0]!.boxPx).toEqual(early.detections[0]!.boxPx);
    expect(early.steering!.angleRad).toBeGreaterThan(0.01);
    const late = frames.at(-1)!;
    expect(late.detections.map(({ className }) => className).sort()).toEqual([
      'car',
      'traffic_sign',
    ]);
    expect(late.segmentation).toMatchObject({ widthPx: 32, heightPx: 24 });
    expect(late.segmentation!.runLengths.reduce((a, b) => a + b)).toBe(32 * 24);
    expect(late.segmentation!.classShares[1]).toBeGreaterThan(0.1);
    expect(late.segmentation!.classNames).toEqual(['road', 'sky', 'tree']);
    expect(late.stages.map(({ stage, state, provider }) => [stage, state, provider])).toEqual(
      ['detection', 'signs', 'segmentation', 'steering'].map((stage) => [
        stage,
        StageState.OK,
        'cpu',
      ]),
    );
    const { network } = JSON.parse(
      await readFile(join(rig.bundleDirs.steering, 'manifest.json'), 'utf8'),
    );
    const steering = late.bundles.find(({ task }) => task === 'steering');
    expect(steering).toMatchObject({ networkSha256: network.sha256, isCertified: true });
    expect(late.calibrationSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(late.health).toEqual([]);
  });

  test('carries the times of every stage, in the order in which things happen', async () => {
    const { frames } = await collect(await options('times', {}));
    for (const { timing } of frames) {
      expect(timing!.arrivalNs).toBeGreaterThanOrEqual(timing!.captureNs);
      for (const stage of timing!.stages) {
        const { dispatchNs, startNs, preprocessEndNs, inferenceEndNs, endNs } = stage;
        const order = [dispatchNs, startNs, preprocessEndNs, inferenceEndNs, endNs];
        expect(order).toEqual(order.toSorted((a, b) => (a < b ? -1 : 1)));
        expect(timing!.publishNs).toBeGreaterThanOrEqual(endNs);
      }
      const lanes = timing!.stages.map(({ stage, lane }) => [stage, lane]);
      expect(lanes).toContainEqual(['segmentation', 'segmentation']);
      expect(lanes).toContainEqual(['signs', 'steering+detection+signs']);
    }
  });

  test('is the same however the stages are shared out over lanes', async () => {
    const ridden = [
      [['steering', 'detection', 'signs', 'segmentation']],
      [['detection'], ['signs', 'steering'], ['segmentation']],
    ];
    const results = [];
    for (const [index, lanes] of ridden.entries()) {
      const out = join(rig.dir, `lanes-${index}.mcap`);
      await runPipeline(await options(`lanes-${index}`, { lanes, record: out }));
      results.push((await recordedFrames(out)).map(withoutTiming));
    }
    expect(results[0]).toHaveLength(frameCount);
    expect(results[1]).toEqual(results[0]);
  });

  test('in lock-step is the same twice, byte for byte apart from the timing', async () => {
    const hashes = [];
    for (const turn of [1, 2]) {
      const out = join(rig.dir, `twice-${turn}.mcap`);
      const { report } = await runPipeline(await options(`twice-${turn}`, { record: out }));
      expect(report.outputs.find(({ name }) => name === 'recording')).toEqual({
        name: 'recording',
        place: out,
        topics: { perception: { sent: frameCount, dropped: 0 } },
      });
      const payloads = await recordedFrames(out);
      expect(payloads).toHaveLength(frameCount);
      expect(fromBinary(PerceptionFrameSchema, payloads[0]!).timing).toBeDefined();
      const hash = createHash('sha256');
      for (const payload of payloads) hash.update(withoutTiming(payload));
      hashes.push(hash.digest('hex'));
    }
    expect(hashes[0]).toBe(hashes[1]);
  });
});

describe('live', () => {
  const live = { pacing: 'realtime' as const };
  /** The drive comes at 40 frames a second; this network manages ten at the most. */
  const slow = { bundles: { steering: 'slow' }, lanes: [['steering']] };
  beforeAll(() => writeSlowSteering(join(rig.dir, 'slow')));

  test('the newest frame wins: what is overtaken is counted, and told with the next result', async () => {
    // A slot for every frame: on a busy machine too, none is lost for another reason; and a drive that comes too fast for
    // that network on any machine.
    const roomy = { ...slow, ring: { slots: 32 } };
    const fast = { ...live, rateFactor: 10 };
    const { report, frames } = await collect(await options('live', roomy, fast));
    const { published, dropped, drops } = report.frames;
    expect(report.frames.in).toBe(frameCount);
    expect(published + dropped).toBe(frameCount);
    expect(drops['overtaken']).toBeGreaterThan(frameCount / 3);
    expect(frames).toHaveLength(published);
    const ids = frames.map(({ frameId }) => Number(frameId));
    frames.forEach((frame, index) => {
      const told = frame.drops.reduce((sum, { count }) => sum + Number(count), 0);
      expect(told).toBe(ids[index]! - (ids[index - 1] ?? -1) - 1);
    });
    // The last frame waited for nobody: it is the newest.
    expect(ids.at(-1)).toBe(frameCount - 1);
  });

  test('a full ring drops frames at capture, with their own reason', async () => {
    const fast = { ...live, rateFactor: 50 };
    // One frame in the slow network, the newest waiting for it, one in the other network: three slots are taken.
    const changes = {
      bundles: { steering: 'slow', segmentation: rig.bundleDirs.segmentation },
      lanes: [['steering'], ['segmentation']],
      ring: { slots: 3 },
    };
    const { report } = await collect(await options('ring', changes, fast));
    expect(report.frames.drops['ring_full']).toBeGreaterThan(0);
    expect(report.frames.in).toBe(frameCount);
    expect(report.frames.published + report.frames.dropped).toBe(frameCount);
  });

  test('a stage past its deadline is late, one that was overtaken is skipped, and the other lane goes on', async () => {
    const changes = {
      bundles: { steering: 'slow', segmentation: rig.bundleDirs.segmentation },
      lanes: [['steering'], ['segmentation']],
      deadlineMs: { steering: 30 },
    };
    const unhurried = { ...live, rateFactor: 0.25 };
    const { report, frames } = await collect(await options('deadline', changes, unhurried));
    const { late, skipped, ok, failed } = report.stages['steering']!.states;
    expect(late).toBeGreaterThan(0);
    expect({ sum: late + skipped + ok, failed }).toEqual({ sum: frames.length, failed: 0 });
    expect(report.frames.in).toBe(frames.length + report.frames.dropped);
    for (const { stages, steering } of frames) {
      const status = stages.find(({ stage }) => stage === 'steering');
      expect(steering !== undefined).toBe(status?.state === StageState.OK);
    }
    const without = frames.filter(({ steering }) => steering === undefined);
    expect(without.some(({ segmentation }) => segmentation !== undefined)).toBe(true);
  });

  test('a run that is stopped ends in order and accounts for what it had', async () => {
    const stop = new AbortController();
    const { report, error } = await runPipeline({
      ...(await options('stop', {}, { pacing: 'realtime' })),
      signal: stop.signal,
      onFrame: ({ frameId }) => frameId === 5n && stop.abort(),
    });
    expect(error).toBeUndefined();
    expect(report.source.end).toBe('stopped');
    expect(report.frames.in).toBe(report.frames.published + report.frames.dropped);
    expect(report.frames.published).toBeLessThan(frameCount);
  });
});

describe('a lane that dies', () => {
  test('fails its frame, comes back, and the run goes on', async () => {
    const notes: string[] = [];
    const frames: PerceptionFrame[] = [];
    const run = await openPipeline({
      ...(await options('killed', {})),
      note: (text) => notes.push(text),
      onFrame(frame, payload) {
        frames.push(fromBinary(PerceptionFrameSchema, payload));
        if (frame.frameId === 4n) run.parts.lanes[1]!.kill();
      },
    });
    const { report, error } = await run.run();
    expect(error).toBeUndefined();
    expect(report.frames).toMatchObject({ in: frameCount, published: frameCount, dropped: 0 });
    expect(report.lanes.map(({ restarts }) => restarts)).toEqual([0, 1]);
    expect(notes).toEqual([
      'lane segmentation died (its thread ended with 1) and is started again',
    ]);
    const failed = frames.filter(({ stages }) =>
      stages.some(
        ({ state, errorCode }) => state === StageState.FAILED && errorCode === 'ERR_LANE',
      ),
    );
    expect(failed.length).toBeLessThanOrEqual(1);
    expect(frames.at(-1)!.segmentation).toBeDefined();
  });

  test('three times in a minute ends the run with ERR_LANE, and leaves no recording', async () => {
    const out = join(rig.dir, 'dead.mcap');
    const run = await openPipeline({
      ...(await options('dead', { record: out })),
      onFrame: () => run.parts.lanes[0]!.kill(),
    });
    const { report, error } = await run.run();
    expect(error).toMatchObject({ code: 'ERR_LANE' });
    expect(report.source.end).toBe('failed');
    expect(report.lanes[0]!.restarts).toBe(3);
    expect(report.frames.in).toBe(report.frames.published + report.frames.dropped);
    expect(existsSync(out) || existsSync(`${out}.partial`)).toBe(false);
  });

  test('and ends a live run leaves what was recorded until then, as a whole recording', async () => {
    const out = join(rig.dir, 'dead-live.mcap');
    const notes: string[] = [];
    const source = stripesSource(100_000, { ...tinyDriveSize, isLive: true });
    const run = await openPipeline({
      ...(await options('dead-live', { record: out, calibration: 'none' })),
      frames: { source },
      pacing: 'realtime',
      note: (text) => notes.push(text),
      onFrame({ frameId }) {
        if (frameId > 20n) run.parts.lanes[0]!.kill();
      },
    });
    const { report, error } = await run.run();
    expect(error).toMatchObject({ code: 'ERR_LANE' });
    expect(notes).toContain(`what was recorded until then is kept: ${out}`);
    const recorded = await recordedFrames(out);
    expect(recorded.length).toBeGreaterThan(0);
    expect(recorded.length).toBeLessThanOrEqual(report.frames.published);
    const reader = await RecordingReader.open(out);
    expect(reader.isComplete).toBe(true);
    await reader.close();
  });

  test('that is silent for too long ends the run', async () => {
    await writeSlowSteering(join(rig.dir, 'hanging'));
    const changes = { bundles: { steering: 'hanging' }, lanes: [['steering']] };
    const run = await options('silent', changes, { laneTimeoutMs: 20 });
    const { report, error } = await runPipeline(run);
    expect(error).toMatchObject({
      code: 'ERR_LANE',
      message: 'lane steering: expected an answer within 20 ms, found none',
    });
    expect(report.stages['steering']!.states.failed).toBe(1);
  });
});

describe('a recording of results', () => {
  test('carries the calibration of its source, and the pictures when they are asked for', async () => {
    const out = join(rig.dir, 'with-images.mcap');
    await runPipeline(await options('images', { record: { path: out, images: true } }));
    const reader = await RecordingReader.open(out);
    const counts = Object.fromEntries(
      reader.channels.map(({ topic, messageCount }) => [topic, messageCount]),
    );
    const facts = reader.metadata.get('windshield.result');
    await reader.close();
    expect(counts).toEqual({
      perception: frameCount,
      'camera/calibration': 1,
      'camera/image': frameCount,
      'camera/annotations': frameCount,
      'camera/mask': frameCount,
      transforms: 1,
    });
    expect(facts).toMatchObject({ pacing: 'lockstep', source: rig.drivePath });
  });

  test('has the pictures of a source that is no recording, as JPEG', async () => {
    const path = join(rig.dir, 'encoded.mcap');
    const run = await options('encoded', { record: { path, images: true } });
    const { report } = await runPipeline({ ...run, source: await pictureFolder() });
    expect(report.outputs.find(({ name }) => name === 'recording')?.topics).toMatchObject({
      'camera/image': { sent: 6, dropped: 0 },
    });
    const drive = await openRecording(path);
    const pixels = new Uint8Array(frameBytes(drive.info.layout));
    const first = await drive.read(pixels);
    await drive.close();
    expect(first).toMatchObject({ id: 0 });
    // The red square of the first picture.
    const at = (20 * tinyDriveSize.widthPx + 20) * 3;
    expect(pixels[at]).toBeGreaterThan(200);
    expect(pixels[at + 1]).toBeLessThan(60);
  });
});

async function pictureFolder(): Promise<string> {
  const dir = join(rig.dir, 'pictures');
  await mkdir(dir, { recursive: true });
  for (let id = 0; id < 6; id++) {
    const jpeg = await encodeJpeg({ ...tinyDriveSize, data: tinyPicture(id) }, 90);
    await writeFile(join(dir, `${id}.jpg`), jpeg);
  }
  return dir;
}

test('status tells the totals, the last time when all is done', async () => {
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const subscriber = new Subscriber({ receiveTimeout: 20_000 });
  subscriber.connect(endpoint);
  subscriber.subscribe('status');
  const publish = { zeromq: { endpoint } };
  const run = await options('status', { publish }, { pacing: 'realtime', rateFactor: 0.3 });
  const { report } = await runPipeline(run);
  let last: PipelineStatus | undefined;
  for (let count = 0; count < report.outputs[0]!.topics['status']!.sent; count++) {
    const [topic, payload] = await subscriber.receive();
    expect(String(topic)).toBe('status');
    last = fromBinary(PipelineStatusSchema, payload!);
    expect(last.framesCaptured).toBeLessThanOrEqual(BigInt(frameCount));
  }
  subscriber.close();
  expect(last).toMatchObject({
    framesCaptured: BigInt(frameCount),
    framesPublished: BigInt(report.frames.published),
    sourceName: 'drive.mcap',
    health: [],
  });
  expect(last!.bundles).toHaveLength(4);
});

test('a folder of pictures runs without calibration, and says so by an empty hash', async () => {
  const source = await pictureFolder();
  const { frames } = await collect({ ...(await options('folder', {})), source });
  expect(frames).toHaveLength(6);
  expect(frames[0]!.calibrationSha256).toBe('');
});

describe('before the first frame a run is refused for', () => {
  async function refusal(name: string, changes: object, more: Partial<PipelineOptions> = {}) {
    const run = await options(name, changes, more);
    return runPipeline(run).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    );
  }

  /** A copy of the steering bundle, spoilt. */
  async function spoilt(name: string, spoil: (dir: string) => Promise<void>) {
    const dir = join(rig.dir, 'spoilt', name);
    await cp(rig.bundleDirs.steering, dir, { recursive: true });
    await spoil(dir);
    return { bundles: { steering: dir }, lanes: [['steering']] };
  }
  const change = async (file: string, edit: (content: string) => string) =>
    writeFile(file, edit(await readFile(file, 'utf8')));

  test('a network of another hash than the manifest says', async () => {
    const changes = await spoilt('hash', (dir) => appendFile(join(dir, 'model.onnx'), 'x'));
    expect(await refusal('hash', changes)).toMatchObject({ code: 'ERR_BUNDLE_HASH' });
  });

  const missGolden = (dir: string) =>
    change(join(dir, 'golden.json'), (text) =>
      text.replace(/"values":\[[^\]]*\]/, '"values":[42]'),
    );

  test('a network that misses its golden outputs', async () => {
    const changes = await spoilt('golden', missGolden);
    expect(await refusal('golden', changes)).toMatchObject({ code: 'ERR_BUNDLE_UNCERTIFIED' });
  });

  test('a bundle of another task', async () => {
    const changes = { bundles: { steering: rig.bundleDirs.segmentation }, lanes: [['steering']] };
    expect(await refusal('task', changes)).toMatchObject({
      code: 'ERR_BUNDLE',
      message: expect.stringContaining(
        'expected a bundle for steering, found one for segmentation',
      ),
    });
  });

  test('a bundle that is not there', async () => {
    const changes = { bundles: { steering: 'nowhere' }, lanes: [['steering']] };
    expect(await refusal('nowhere', changes)).toMatchObject({ code: 'ERR_BUNDLE' });
  });

  test('a provider that this machine has not', async () => {
    const error = await refusal('provider', { providers: ['tensorrt'] });
    expect(error).toMatchObject({ code: 'ERR_PROVIDER_UNAVAILABLE' });
  });

  test('a source that is not there', async () => {
    const error = await refusal('source', {}, { source: join(rig.dir, 'none.mcap') });
    expect(error).toMatchObject({ code: 'ERR_SOURCE_MISSING' });
  });

  test('a calibration of another shape of picture', async () => {
    await writeFile(
      join(rig.dir, 'wide.yaml'),
      [
        'image_width: 1280',
        'image_height: 300',
        'camera_name: wide',
        'distortion_model: plumb_bob',
        'camera_matrix: {rows: 3, cols: 3, data: [900, 0, 640, 0, 900, 150, 0, 0, 1]}',
        'distortion_coefficients: {rows: 1, cols: 5, data: [0, 0, 0, 0, 0]}',
      ].join('\n'),
    );
    const error = await refusal('wide-pipeline', { calibration: 'wide.yaml' });
    expect(error).toMatchObject({ code: 'ERR_CALIBRATION' });
  });

  test('an output folder that is not there', async () => {
    const error = await refusal('output', { record: join(rig.dir, 'no', 'where.mcap') });
    expect(error).toMatchObject({ code: 'ERR_OUTPUT' });
  });

  test('but an uncertified network runs when that is allowed, and every result says so', async () => {
    const changes = await spoilt('allowed', missGolden);
    const { frames } = await collect(
      await options('allowed', { ...changes, allowUncertified: true }),
    );
    expect(frames).toHaveLength(frameCount);
    for (const { health, bundles } of frames) {
      expect(health).toEqual(['uncertified']);
      expect(bundles).toMatchObject([{ task: 'steering', isCertified: false }]);
    }
  });
});

test('in a closed loop two frames are on their way, every stage answers for each, and results are the same', async () => {
  const run = async (name: string, framesInFlight: 1 | 2) => {
    const more = { framesInFlight, sourceOptions: { repeat: { frameCount: 150 } } };
    const payloads: Uint8Array[] = [];
    const onFrame = (_frame: PerceptionFrame, payload: Uint8Array) => payloads.push(payload);
    const result = await runPipeline({ ...(await options(name, {}, more)), onFrame });
    expect(result.error).toBeUndefined();
    expect(result.report.frames).toMatchObject({ in: 150, published: 150, dropped: 0 });
    for (const { states } of Object.values(result.report.stages)) expect(states.ok).toBe(150);
    return payloads.map((payload) => Buffer.from(withoutTiming(payload)).toString('base64'));
  };
  expect(await run('closed', 2)).toEqual(await run('open', 1));
});

describe("an output of the caller's own", () => {
  /** Takes results with their pixels; gives back those of one frame in so many. */
  function pixelReader(releaseEvery: number): Output & { seen: { bytes: number; sum: number }[] } {
    const held: (() => void)[] = [];
    let count = 0;
    return {
      name: 'reader',
      place: 'memory',
      topics: ['perception'],
      needsPixels: true,
      counts: new PublishCounts(),
      seen: [],
      send({ pixels }) {
        if (pixels === undefined) return;
        const { bytes } = pixels;
        this.seen.push({ bytes: bytes.length, sum: bytes.reduce((sum, value) => sum + value, 0) });
        if (++count % releaseEvery === 0) pixels.release();
        else held.push(pixels.release);
      },
      async close() {
        for (const release of held) release();
      },
    };
  }

  test('gets every result with the pixels that it is about', async () => {
    const output = pixelReader(1);
    const { report, error } = await runPipeline(await options('own', {}, { outputs: [output] }));
    expect(error).toBeUndefined();
    expect(report.outputs.map(({ name }) => name)).toEqual(['zeromq', 'reader']);
    expect(output.seen.length).toBe(frameCount);
    const { widthPx, heightPx } = tinyDriveSize;
    expect(output.seen.every(({ bytes }) => bytes === widthPx * heightPx * 3)).toBe(true);
    expect(new Set(output.seen.map(({ sum }) => sum)).size).toBeGreaterThan(1);
  });

  test('that reads JPEG gets those of the drive untouched; without one nobody asks the source for them', async () => {
    const reader = (takesCoded: boolean) => {
      const coded: (Buffer | undefined)[] = [];
      const output: Output = {
        ...{
          name: 'reader',
          place: 'memory',
          topics: ['perception'],
          needsPixels: true,
          takesCoded,
        },
        counts: new PublishCounts(),
        send({ pixels }) {
          coded.push(pixels?.coded && Buffer.from(pixels.coded));
          pixels?.release();
        },
        async close() {},
      };
      return { output, coded };
    };
    const [looker, other] = [reader(true), reader(false)];
    for (const { output } of [looker, other])
      await runPipeline(await options('coded', {}, { outputs: [new ForwardedOutput(output)] }));
    expect(other.coded).toEqual(Array(frameCount).fill(undefined));
    const drive = await RecordingReader.open(rig.drivePath);
    const { stream } = await choosePictures(drive);
    const own: Buffer[] = [];
    for await (const picture of picturesIn(drive, stream)) {
      const { content } = picture.read();
      if (content.kind === 'encoded') own.push(Buffer.from(content.data));
    }
    await drive.close();
    expect(own).toHaveLength(frameCount);
    expect(looker.coded).toEqual(own);
  });

  test('that never gives pixels back costs itself the rest, and no frame', async () => {
    const output = pixelReader(Number.POSITIVE_INFINITY);
    const ring = { slots: 3 };
    const { report, error } = await runPipeline(
      await options('greedy', { ring }, { outputs: [output] }),
    );
    expect(error).toBeUndefined();
    expect(report.frames).toMatchObject({ in: frameCount, published: frameCount });
    expect(output.seen.length).toBe(1);
  });
});
