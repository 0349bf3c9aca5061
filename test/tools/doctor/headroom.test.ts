import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packedRgbLayout } from '../../../src/frame/frame.js';
import { loadPipelineFile } from '../../../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../../../src/pipeline/pipeline-schema.js';
import { bundleFindings } from '../../../tools/doctor/check-bundles.js';
import { checkSource } from '../../../tools/doctor/check-source.js';
import { headroomFindings, predictHeadroom } from '../../../tools/doctor/headroom.js';
import type { LaneAnswer } from '../../../tools/doctor/lane-probe.js';
import {
  type LaneReading,
  lanesToMeasure,
  measureLanes,
} from '../../../tools/doctor/measure-lanes.js';
import { repoDir } from '../../support/command-line.js';
import { writeSlowSteering } from '../../support/tiny-bundles.js';
import { makeTinyRig, type TinyRig } from '../../support/tiny-rig.js';

const measured = (frameMs: number): LaneAnswer => ({
  type: 'measured',
  rounds: 30,
  frameMs,
  stages: [
    {
      stage: 'detection',
      preprocessMs: 1,
      inferenceMs: frameMs - 2,
      decodeMs: 1,
      totalMs: frameMs,
    },
  ],
});
const lane = (name: string, ...answers: LaneAnswer[]): LaneReading => ({
  name,
  stages: ['detection'],
  answers,
  end: { kind: 'done' },
});
const facts = { layout: packedRgbLayout(1280, 720), rateHz: 25, isAssumed: false, readMs: 4 };

describe('headroom', () => {
  test('is what a lane leaves of the time between two frames', () => {
    const { lanes } = predictHeadroom([lane('a', measured(10)), lane('b', measured(60))], facts, 8);
    expect(lanes).toMatchObject([
      { lane: 'a', frameMs: 10, headroom: 0.75, maxRateHz: 100 },
      { lane: 'b', frameMs: 60, headroom: -0.5, maxRateHz: 16.667 },
    ]);
  });

  test('is less where several cameras share a lane, by the stages that run on each', () => {
    const rear = { ...facts, rateHz: 10, readMs: 2 };
    const both = predictHeadroom([lane('a', measured(10))], facts, 8, [rear]);
    expect(both).toMatchObject({
      cameras: 2,
      nominalRateHz: 25,
      lanes: [{ frameMs: 10, headroom: 0.65, maxRateHz: 71.429 }],
      expectedRateHz: 71.429,
      limitedBy: 'lane a',
    });
    const unseen = { ...rear, runs: () => false };
    const alone = predictHeadroom([lane('a', measured(10))], facts, 8, [unseen]);
    expect(alone.lanes).toMatchObject([{ headroom: 0.75, maxRateHz: 100 }]);
    // 0.25 and 0.1 of a core in the lane, 0.1 and 0.02 for reading.
    const busy = predictHeadroom([lane('a', measured(10))], { ...facts, readMs: 4 }, 1, [rear]);
    expect(busy).toMatchObject({ expectedRateHz: 53.191, limitedBy: '1 cores' });
    const [finding] = headroomFindings(both, ['a']);
    expect(finding!.found).toContain('at 25.0 Hz of the first of 2 cameras: 65 % headroom');
  });

  test('the highest rate is that of the slowest lane', () => {
    const { expectedRateHz, limitedBy } = predictHeadroom(
      [lane('a', measured(10)), lane('b', measured(20))],
      facts,
      8,
    );
    expect({ expectedRateHz, limitedBy }).toEqual({ expectedRateHz: 50, limitedBy: 'lane b' });
  });

  test('or of all the work on too few cores, or of the reading', () => {
    const lanes = [lane('a', measured(20)), lane('b', measured(20)), lane('c', measured(20))];
    expect(predictHeadroom(lanes, facts, 2)).toMatchObject({
      expectedRateHz: 31.25,
      limitedBy: '2 cores',
    });
    expect(predictHeadroom(lanes, { ...facts, readMs: 80 }, 8)).toMatchObject({
      expectedRateHz: 12.5,
      limitedBy: 'reading the source',
    });
  });

  test('a lane that was not measured leaves the rate open', () => {
    const headroom = predictHeadroom([lane('a', measured(10)), lane('b')], facts, 2);
    expect(headroom).toMatchObject({ expectedRateHz: null, limitedBy: null });
    expect(headroomFindings(headroom, ['a', 'b'])).toMatchObject([
      { name: 'lane a', state: 'ok' },
      { name: 'lane b', state: 'failed', isNeeded: false },
    ]);
  });

  test('is enough, little, or none', () => {
    const statesOf = (frameMs: number) => {
      const headroom = predictHeadroom([lane('a', measured(frameMs))], facts, 8);
      return headroomFindings(headroom, ['a']).map(({ state }) => state);
    };
    expect(statesOf(20)).toEqual(['ok', 'ok']);
    expect(statesOf(36)).toEqual(['warning', 'warning']);
    const [finding] = headroomFindings(predictHeadroom([lane('a', measured(50))], facts, 8), ['a']);
    expect(finding!.found).toMatch(/^50\.0 ms of 40\.0 at 25\.0 Hz: −25 % headroom/);
    expect(finding!.action).toContain('frames will be dropped');
  });
});

/** As the file declares them. */
function lanesIn({ lanes }: PipelineConfig) {
  if (lanes === 'auto') throw new Error('expected lanes in the file');
  return lanes;
}

describe('with real lanes', { timeout: 200_000 }, () => {
  let rig: TinyRig;
  let dir: string;
  beforeAll(async () => {
    rig = await makeTinyRig(40, 20);
    dir = await mkdtemp(join(tmpdir(), 'windshield-lanes-'));
  });
  afterAll(async () => {
    await rig.remove();
    await rm(dir, { recursive: true, force: true });
  });

  test('every stage is certified and measured, and reading the source is timed', async () => {
    const config = await loadPipelineFile(rig.pipelinePath);
    const { facts: found, finding } = await checkSource(config.source);
    expect(finding).toMatchObject({ state: 'ok', isNeeded: true });
    expect(found).toMatchObject({ rateHz: 20, isAssumed: false, layout: { widthPx: 128 } });
    expect(found.readMs).toBeGreaterThan(0);
    const readings = await measureLanes(
      { config, frame: found.layout, camera: undefined },
      lanesIn(config),
    );
    expect(readings.map(({ end }) => end)).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect(bundleFindings(readings, false).map(({ name, state }) => [name, state])).toEqual([
      ['bundle steering', 'ok'],
      ['bundle detection', 'ok'],
      ['bundle signs', 'ok'],
      ['bundle segmentation', 'ok'],
    ]);
    const { lanes, expectedRateHz } = predictHeadroom(readings, found, 2);
    expect(lanes.map((known) => known.lane)).toEqual(['steering+detection+signs', 'segmentation']);
    for (const { stages, frameMs } of lanes) {
      for (const time of stages) {
        expect(time.inferenceMs).toBeGreaterThan(0);
        expect(time.totalMs).toBeGreaterThanOrEqual(time.inferenceMs);
      }
      const sum = stages.reduce((total, { totalMs }) => total + totalMs, 0);
      expect(frameMs).toBeGreaterThan(sum * 0.5);
      expect(frameMs).toBeLessThan(sum * 2);
    }
    expect(expectedRateHz).toBeGreaterThan(0);
  });

  test('a lane whose process dies is found, and holds up no other', async () => {
    const entry = join(dir, 'dying.mjs');
    const real = pathToFileURL(join(repoDir, 'dist/tools/doctor/lane-probe.js'));
    await writeFile(
      entry,
      `const { stages } = JSON.parse(process.argv[2]);
if (stages[0].task === 'segmentation') {
  process.send({ type: 'loading', task: 'segmentation' }, () => process.kill(process.pid, 'SIGSEGV'));
  setInterval(() => {}, 1e6);
} else await import(${JSON.stringify(real.href)});
`,
    );
    const config = await loadPipelineFile(rig.pipelinePath);
    const layout = packedRgbLayout(128, 96);
    const readings = await measureLanes(
      { config, frame: layout, camera: undefined },
      lanesIn(config),
      entry,
    );
    const findings = bundleFindings(readings, false);
    expect(findings.at(-1)).toMatchObject({
      name: 'bundle segmentation',
      state: 'failed',
      isNeeded: true,
      found: 'while it was loaded, its process died (SIGSEGV)',
    });
    expect(findings.slice(0, 3).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    const headroom = predictHeadroom(readings, { ...facts, layout }, 2);
    expect(headroom.lanes.map((known) => known.lane)).toEqual(['steering+detection+signs']);
  });

  test('lanes that the file leaves to the machine are planned from measured times', async () => {
    await writeSlowSteering(join(rig.dir, 'slow'), 512);
    const bundles = { ...rig.bundleDirs, steering: 'slow' };
    const changes = { bundles, lanes: 'auto', laneCount: 2 };
    const config = await loadPipelineFile(await rig.writePipeline('auto.yaml', changes));
    const frame = packedRgbLayout(128, 96);
    // One network takes longer than all others, so it has a lane to itself.
    expect(await lanesToMeasure({ config, frame, camera: undefined })).toEqual([
      ['steering'],
      ['detection', 'signs', 'segmentation'],
    ]);
  });

  test('signs that ride apart know the classes of the detector', async () => {
    const path = await rig.writePipeline('apart.yaml', {
      lanes: [['detection'], ['signs'], ['segmentation', 'steering']],
    });
    const config = await loadPipelineFile(path);
    const readings = await measureLanes(
      { config, frame: packedRgbLayout(128, 96), camera: undefined },
      lanesIn(config),
    );
    expect(bundleFindings(readings, false).map(({ state }) => state)).toEqual(Array(4).fill('ok'));
    const signs = readings[1]!.answers.find(({ type }) => type === 'measured');
    // It read crops: a frame without signs would take no inference at all.
    expect(signs).toMatchObject({ stages: [{ stage: 'signs', inferenceMs: expect.any(Number) }] });
    expect(
      (signs as Extract<LaneAnswer, { type: 'measured' }>).stages[0]!.inferenceMs,
    ).toBeGreaterThan(0);
  });
});

describe('a bundle', () => {
  const reading = (...answers: LaneAnswer[]) => [lane('detection', ...answers)];
  const loaded: LaneAnswer = {
    type: 'loaded',
    task: 'detection',
    name: 'ssd',
    version: '1.0.0',
    sha256: 'abcdef0123',
    provider: 'cuda',
    use: 'any',
    undistortedShare: 0,
    isCertified: false,
    maxAbsDifference: 0.25,
    loadMs: 12,
  };

  test('out of tolerance stops a run, unless the file allows it', () => {
    expect(bundleFindings(reading(loaded), false)).toMatchObject([
      { state: 'failed', isNeeded: true, found: expect.stringContaining('out of tolerance') },
    ]);
    expect(bundleFindings(reading(loaded), true)).toMatchObject([{ state: 'warning' }]);
    expect(bundleFindings(reading({ ...loaded, isCertified: true }), false)).toMatchObject([
      { state: 'ok', found: expect.stringMatching(/^ssd 1\.0\.0 \(abcdef01\) on cuda/) },
    ]);
  });
});
