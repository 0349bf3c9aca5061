import { expect, test } from 'vitest';
import type { Manifest, Task } from '../../src/bundle/manifest.js';
import { StageState } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { FrameFuser } from '../../src/pipeline/frame-fuser.js';
import type { FrameOutcome, StageOutcome } from '../../src/pipeline/frame-record.js';
import type { StageResult } from '../../src/stages/stage-result.js';

const times = { dispatchNs: 1n, startNs: 2n, preprocessEndNs: 3n, inferenceEndNs: 4n, endNs: 5n };
const decodes: Record<'detection' | 'signs' | 'steering', Manifest['decode']> = {
  detection: {
    kind: 'ssd',
    offsets: 'o',
    logits: 'l',
    featureMaps: [{ rows: 1, columns: 1, boxSizesNorm: [[1, 1]] }],
    variances: [0.1, 0.2],
    classes: ['car', 'traffic_sign'],
    scoreThreshold: 0.5,
    nmsIou: 0.45,
    maxDetections: 10,
  },
  signs: {
    kind: 'signs',
    logits: 'l',
    classes: ['stop', 'yield'],
    temperature: 1,
    abstainBelow: 0.8,
    maxBatch: 4,
    cropFrom: 'traffic_sign',
    cropMarginNorm: 0,
  },
  steering: {
    kind: 'steering',
    steering: 's',
    radPerUnit: 1,
    maxAngleRad: 0.5,
    maxRateRadPerS: 1,
    wheelbaseM: 2.5,
  },
};

function fuser() {
  const stages = new Map(
    Object.entries(decodes).map(([task, decode]) => {
      const manifest = { task, version: '1', network: { sha256: 'ab' }, decode } as Manifest;
      const stage = {
        manifest,
        provider: 'cpu',
        isCertified: true,
        isPartlyOnCpu: false,
        maxAbsDifference: 0,
      };
      return [task as Task, { ...stage, lane: 'only' }];
    }),
  );
  const size = { widthPx: 640, heightPx: 480 };
  return FrameFuser.open({ stages, ...size, calibrationSha256: '', wallOffsetNs: 7n });
}

/** Frame `id` at 10 frames a second; stages that are not given were skipped. */
function outcome(id: number, results: StageResult[]): FrameOutcome<StageResult> {
  const frame = {
    id,
    slot: 0,
    sourceTimeNs: BigInt(id) * 100_000_000n,
    stampNs: 0n,
    captureTimeNs: 1n,
    arrivalTimeNs: 2n,
    dropsBefore: {},
  };
  const stages = new Map<Task, StageOutcome<StageResult>>(
    (['detection', 'signs', 'steering'] as const).map((stage) => {
      const result = results.find((found) => found.stage === stage);
      return [
        stage,
        result ? { state: 'ok', result, times } : { state: 'skipped', reason: 'overtaken' },
      ];
    }),
  );
  return { frame, stages, drops: {} };
}

const steering = (rawAngleRad: number): StageResult => ({ stage: 'steering', rawAngleRad });
const signAt = (left: number): StageResult => ({
  stage: 'detection',
  detections: [{ classId: 1, score: 0.9, boxXyxyPx: [left, 10, left + 50, 60], trackId: 0 }],
});
const reading = (stop: number): StageResult => ({
  stage: 'signs',
  batch: {
    readings: [{ classId: stop >= 0.8 ? 0 : -1, probability: stop, detectionIndex: 0 }],
    probabilities: Float32Array.of(stop, 1 - stop),
  },
});

test('the steering rate is limited by the time since the last answer, over frames that gave none', async () => {
  const fused = await fuser();
  const angle = (id: number, results: StageResult[]) =>
    fused.fuse(outcome(id, results), 9n).frame.steering?.angleRad;
  expect(angle(0, [steering(0)])).toBe(0);
  // One radian a second: a tenth after one frame, two tenths after two.
  expect(angle(1, [steering(0.4)])).toBeCloseTo(0.1, 6);
  expect(angle(2, [])).toBeUndefined();
  expect(angle(3, [steering(0.4)])).toBeCloseTo(0.3, 6);
});

test('an object keeps its track over a frame that detection skipped', async () => {
  const fused = await fuser();
  const track = (id: number, results: StageResult[]) =>
    fused.fuse(outcome(id, results), 9n).frame.detections[0]?.trackId;
  expect(track(0, [signAt(100)])).toBe(0);
  expect(track(1, [signAt(104)])).toBe(1);
  expect(track(2, [])).toBeUndefined();
  expect(track(3, [signAt(112)])).toBe(1);
});

test('readings of one sign add up along its track until it is sure', async () => {
  const fused = await fuser();
  const signs = [0, 1, 2, 3].map(
    (id) => fused.fuse(outcome(id, [signAt(100 + id), reading(0.7)]), 9n).frame.signs[0]!,
  );
  expect(signs[0]).toMatchObject({ classId: -1, className: '', detectionIndex: 0, trackId: 0 });
  expect(signs.at(-1)).toMatchObject({ classId: 0, className: 'stop', trackId: 1 });
  expect(signs.at(-1)!.probability).toBeGreaterThan(0.8);
  expect(signs.at(-1)!.boxPx).toMatchObject({ xMin: 103, xMax: 153 });
});

test('a stage that gave nothing says why, and leaves no times', async () => {
  const { frame } = (await fuser()).fuse(outcome(0, [steering(0.1)]), 9n);
  expect(frame.stages.map(({ stage, state }) => [stage, state])).toEqual([
    ['detection', StageState.SKIPPED],
    ['signs', StageState.SKIPPED],
    ['steering', StageState.OK],
  ]);
  expect(frame.timing).toMatchObject({ publishNs: 9n, wallOffsetNs: 7n });
  expect(frame.timing!.stages.map(({ stage }) => stage)).toEqual(['steering']);
});
