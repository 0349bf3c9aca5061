import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Subscriber } from 'zeromq';
import { rewriteResults } from '../../benchmarks/verdict/planted-results.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
  StageState,
  SteeringUpdateSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { withoutTiming } from '../../src/messages/without-timing.js';
import { degradationSchema } from '../../src/pipeline/degradation-schema.js';
import type { CapturedFrame } from '../../src/pipeline/frame-record.js';
import { measurePlan } from '../../src/pipeline/measure-plan.js';
import { runPipeline } from '../../src/pipeline/pipeline.js';
import { loadPipelineFile } from '../../src/pipeline/pipeline-file.js';
import type { PipelineOptions } from '../../src/pipeline/pipeline-options.js';
import { RecordedPlan } from '../../src/pipeline/recorded-plan.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { freePort } from '../support/command-line.js';
import { writeSlowSteering, writeTinyLights } from '../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../support/tiny-rig.js';

const frameCount = 60;
let rig: TinyRig;
beforeAll(async () => {
  rig = await makeTinyRig(frameCount, 40);
});
afterAll(() => rig.remove());

async function options(name: string, changes: object, more: Partial<PipelineOptions> = {}) {
  const config = await loadPipelineFile(await rig.writePipeline(`${name}.yaml`, changes));
  return { config, source: rig.drivePath, pacing: 'lockstep' as const, ...more };
}

async function recorded(path: string): Promise<Uint8Array[]> {
  const reader = await RecordingReader.open(path);
  const payloads: Uint8Array[] = [];
  for await (const { data } of reader.messages({ topics: ['perception'] })) payloads.push(data);
  await reader.close();
  return payloads;
}

const stateOf = ({ stages }: PerceptionFrame, stage: string) => {
  const { state, reason } = stages.find((status) => status.stage === stage)!;
  return { state, reason };
};

describe('a live run that degrades', () => {
  /** No result is younger than a microsecond, so that every mode begins as soon as it may. */
  const degradation = {
    budgetMs: { glassToResult: 0.001 },
    windowS: 0.1,
    dwellS: 0.2,
    modes: [
      { name: 'thinned', segmentationEvery: 3 },
      { name: 'sparse', segmentationEvery: 3, lightsEvery: 2, signs: 'newOrGrown' },
    ],
  };

  /** Long enough for a machine that has little time; the run is stopped when it has seen what it must. */
  const longCount = 400;
  let long: TinyRig;
  beforeAll(async () => {
    long = await makeTinyRig(longCount, 40);
  });
  afterAll(() => long.remove());

  test('says its mode in every result, and comes out again, byte for byte, when it is repeated', async () => {
    const live = join(rig.dir, 'live.mcap');
    // Too slow for the camera: frames are overtaken, and what was dropped must be dropped again.
    await writeSlowSteering(join(rig.dir, 'slow'), 700);
    await writeTinyLights(join(rig.dir, 'models', 'lights'));
    const bundles = { ...rig.bundleDirs, steering: 'slow', lights: 'models/lights' };
    const lanes = [['steering', 'detection', 'signs', 'lights', 'segmentation']];
    const changes = { degradation, bundles, lanes, publish: {} };
    const notes: string[] = [];
    const stop = new AbortController();
    let sparseSigns = 0;
    const { report, error } = await runPipeline({
      ...(await options('live', { ...changes, record: live }, { source: long.drivePath })),
      pacing: 'realtime',
      rateFactor: 0.5,
      note: (text) => notes.push(text),
      signal: stop.signal,
      onFrame({ mode, signs }) {
        if (mode === 'sparse' && signs.some(({ isRemembered }) => isRemembered)) sparseSigns++;
        if (sparseSigns === 6) stop.abort();
      },
    });
    expect(error).toBeUndefined();
    const { published, dropped } = report.frames;
    expect(report.frames.in).toBe(published + dropped);
    expect(report.modes.changes).toBe(2);
    expect(notes).toEqual([
      expect.stringMatching(/^mode thinned: p99 at \d+ % of its budget$/),
      expect.stringMatching(/^mode sparse: p99 at \d+ % of its budget$/),
    ]);

    const payloads = await recorded(live);
    const frames = payloads.map((payload) => fromBinary(PerceptionFrameSchema, payload));
    const order = [...new Set(frames.map(({ mode }) => mode))];
    expect(order).toEqual(['', 'thinned', 'sparse']);
    const counted = Object.values(report.modes.frames).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(frames.length);
    const held = frames.filter((frame) => stateOf(frame, 'segmentation').reason === 'degraded');
    expect(held.length).toBe(report.stages['segmentation']!.skippedBy.degraded);
    expect(held.length).toBeGreaterThan(0);
    for (const frame of held) {
      expect(frame.mode).not.toBe('');
      expect(frame.segmentation).toBeUndefined();
    }
    const unread = frames.filter((frame) => stateOf(frame, 'lights').reason === 'degraded');
    expect(unread.length).toBe(report.stages['lights']!.skippedBy.degraded);
    expect(unread.length).toBeGreaterThan(0);
    for (const { mode, lights } of unread)
      expect({ mode, lights }).toEqual({ mode: 'sparse', lights: [] });
    const remembered = frames.flatMap(({ signs }) => signs.filter((sign) => sign.isRemembered));
    expect(remembered.length).toBeGreaterThanOrEqual(6);
    for (const sign of remembered) expect(sign).toMatchObject({ className: 'stop' });

    const again = join(rig.dir, 'again.mcap');
    const repeated = await runPipeline(
      await options(
        'again',
        { ...changes, record: again },
        { source: long.drivePath, repeat: live },
      ),
    );
    // What came after the end of the recorded run is dropped, and said to be.
    expect(repeated.report.frames).toMatchObject({ in: longCount, published });
    expect(repeated.report.frames.drops['unrecorded']).toBeGreaterThan(0);
    expect(repeated.report.modes.frames).toEqual(report.modes.frames);
    expect((await recorded(again)).map(withoutTiming)).toEqual(payloads.map(withoutTiming));
  });

  test('is told again what was held back where what that reads was late', async () => {
    const path = join(rig.dir, 'planted.mcap');
    await rewriteResults(join(rig.dir, 'live.mcap'), path, (frames) => {
      for (const { stages } of frames)
        for (const status of stages) {
          if (status.stage === 'detection') status.state = StageState.LATE;
          if (status.stage !== 'lights') continue;
          status.state = StageState.SKIPPED;
          status.reason = 'degraded';
        }
    });
    const plan = await RecordedPlan.read(path, degradationSchema.parse(degradation).modes);
    const [first] = (await recorded(path)).map((data) => fromBinary(PerceptionFrameSchema, data));
    const { withheld } = plan.planFrame({
      id: Number(first!.frameId),
      dropsBefore: {},
    } as CapturedFrame);
    expect(withheld.get('lights')).toEqual({ state: 'skipped', reason: 'degraded' });
    // In this order: a stage that is late takes along whatever reads it and is not decided yet.
    expect([...withheld.keys()].indexOf('lights')).toBeLessThan(
      [...withheld.keys()].indexOf('detection'),
    );
  });

  test('does not degrade in lock-step, where nothing is late', async () => {
    const modes = degradation.modes.map(({ lightsEvery: _, ...mode }) => mode);
    const changes = { degradation: { ...degradation, modes }, publish: {} };
    const { report } = await runPipeline(await options('calm', changes));
    expect(report.modes).toEqual({ changes: 0, frames: { full: frameCount } });
  });

  test('is repeated only in lock-step, and only with the modes that it knew', async () => {
    const live = join(rig.dir, 'live.mcap');
    await expect(
      runPipeline(await options('fast', {}, { repeat: live, pacing: 'realtime' })),
    ).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(runPipeline(await options('other', {}, { repeat: live }))).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('found thinned'),
    });
  });
});

describe('lanes: auto', () => {
  test('plans the lanes from measured times, says so, and results are what they always are', async () => {
    const declared = join(rig.dir, 'declared.mcap');
    const planned = join(rig.dir, 'planned.mcap');
    await runPipeline(await options('declared', { record: declared, publish: {} }));
    const notes: string[] = [];
    const auto = { lanes: 'auto', laneCount: 2, record: planned, publish: {} };
    const { report } = await runPipeline(
      await options('auto', auto, { note: (text) => notes.push(text) }),
    );
    const { lanes, by, stageMs } = report.lanePlan;
    expect(by).toBe('measured');
    expect(lanes).toHaveLength(2);
    expect(lanes.flat().sort()).toEqual(['detection', 'segmentation', 'signs', 'steering']);
    for (const ms of Object.values(stageMs)) expect(ms).toBeGreaterThan(0);
    expect(notes).toEqual([expect.stringMatching(/^lanes planned: .+ \d+\.\d ms \| .+ ms$/)]);
    expect((await recorded(planned)).map(withoutTiming)).toEqual(
      (await recorded(declared)).map(withoutTiming),
    );
    const reader = await RecordingReader.open(planned);
    const facts = reader.metadata.get('windshield.result');
    await reader.close();
    expect(JSON.parse(facts!['lanes']!)).toEqual(report.lanePlan);
  });

  test('gives the slow stage a lane of its own', async () => {
    await writeSlowSteering(join(rig.dir, 'heavy'));
    const bundles = { ...rig.bundleDirs, steering: 'heavy' };
    const { config, source } = await options('heavy', { bundles, lanes: 'auto', laneCount: 2 });
    const { lanes } = await measurePlan(config, source);
    expect(lanes).toEqual([['steering'], ['detection', 'signs', 'segmentation']]);
  });

  test('is refused for what a declared lane would be refused for', async () => {
    const run = await options('bad', { lanes: 'auto', bundles: { steering: 'nowhere' } });
    await expect(runPipeline(run)).rejects.toMatchObject({ code: 'ERR_BUNDLE' });
    const nowhere = { ...(await options('none', { lanes: 'auto' })), source: '/no/drive.mcap' };
    await expect(runPipeline(nowhere)).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
  });
});

test('steering leaves on its own topic, with the angle that its frame repeats', async () => {
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  const subscriber = new Subscriber({ receiveTimeout: 20_000 });
  subscriber.connect(endpoint);
  subscriber.subscribe('steering');
  const frames: PerceptionFrame[] = [];
  const run = await options(
    'steering',
    { publish: { zeromq: { endpoint } } },
    { pacing: 'realtime', rateFactor: 0.5, onFrame: (frame) => frames.push(frame) },
  );
  const { report } = await runPipeline(run);
  const { sent } = report.outputs[0]!.topics['steering']!;
  expect(sent).toBe(report.stages['steering']!.states.ok);
  expect(report.glassToSteeringMs.count).toBe(sent);
  expect(report.glassToSteeringMs.p50).toBeLessThanOrEqual(report.glassToResultMs.p50);
  const [topic, payload] = await subscriber.receive();
  subscriber.close();
  expect(String(topic)).toBe('steering');
  const update = fromBinary(SteeringUpdateSchema, payload!);
  const frame = frames.find(({ frameId }) => frameId === update.frameId)!;
  expect(stateOf(frame, 'steering').state).toBe(StageState.OK);
  // Before it is on the wire the frame has doubles; the update has come through the wire.
  expect(update.steering!.angleRad).toBe(Math.fround(frame.steering!.angleRad));
  expect(update.publishNs).toBeLessThanOrEqual(frame.timing!.publishNs);
  expect(update.bundle).toMatchObject({ task: 'steering', isCertified: true });
});
