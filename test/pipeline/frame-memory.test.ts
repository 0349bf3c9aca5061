import { describe, expect, test } from 'vitest';
import type { Manifest, Task } from '../../src/bundle/manifest.js';
import { FrameMemory } from '../../src/pipeline/frame-memory.js';
import type { CapturedFrame } from '../../src/pipeline/frame-record.js';
import type { StageResult } from '../../src/stages/stage-result.js';

const decodes: Partial<Record<Task, object>> = {
  detection: { kind: 'ssd', classes: ['car', 'traffic_sign'] },
  signs: {
    kind: 'signs',
    classes: ['stop', 'yield'],
    abstainBelow: 0.6,
    maxBatch: 4,
    cropFrom: 'traffic_sign',
  },
  steering: { kind: 'steering', maxAngleRad: 1, maxRateRadPerS: 1, wheelbaseM: 2.5 },
};
const makeMemory = () =>
  FrameMemory.open(
    new Map(
      Object.entries(decodes).map(([task, decode]) => [task as Task, { decode } as Manifest]),
    ),
  );
/** Ten frames a second. */
const frame = (id: number): CapturedFrame => ({
  id,
  slot: 0,
  sourceTimeNs: BigInt(id) * 100_000_000n,
  stampNs: 0n,
  captureTimeNs: 0n,
  arrivalTimeNs: 0n,
  dropsBefore: {},
});
const signOf = (edgePx: number, left = 100): StageResult => ({
  stage: 'detection',
  detections: [
    { classId: 1, score: 0.9, boxXyxyPx: [left, 100, left + edgePx, 100 + edgePx], trackId: 0 },
  ],
});
const read: StageResult = {
  stage: 'signs',
  batch: {
    readings: [{ classId: 0, probability: 0.95, detectionIndex: 0 }],
    probabilities: Float32Array.of(0.95, 0.05),
  },
};
const unread: StageResult = {
  stage: 'signs',
  batch: { readings: [], probabilities: new Float32Array() },
};

describe('a sign', () => {
  /** What there is to read on frames 0, 1, 2, … of one sign with boxes of these edges, all of it read. */
  async function wanted(edgesPx: readonly number[]): Promise<number[]> {
    const memory = await makeMemory();
    return edgesPx.map((edgePx, id) => {
      memory.accept(frame(id), signOf(edgePx));
      const narrowed = memory.narrow('signs', frame(id), signOf(edgePx));
      const indices = (narrowed.stage === 'detection' && narrowed.signsToRead) || [];
      memory.accept(frame(id), indices.length > 0 ? read : unread);
      memory.take(frame(id));
      return indices.length;
    });
  }

  test('is read until it has a track, and then once', async () => {
    expect(await wanted([40, 40, 40, 40])).toEqual([1, 1, 0, 0]);
  });

  test('is read again when its box has grown by half in area', async () => {
    expect(await wanted([40, 40, 44, 48, 50, 52, 58, 62])).toEqual([1, 1, 0, 0, 1, 0, 0, 1]);
  });

  test('that was not read is known from before, and says so', async () => {
    const memory = await makeMemory();
    for (const id of [0, 1]) {
      memory.accept(frame(id), signOf(40));
      memory.accept(frame(id), read);
      expect(memory.take(frame(id)).signs).toMatchObject([{ classId: 0, isRemembered: false }]);
    }
    memory.accept(frame(2), signOf(40));
    memory.accept(frame(2), unread);
    expect(memory.take(frame(2)).signs).toMatchObject([
      { classId: 0, detectionIndex: 0, isRemembered: true },
    ]);
  });

  test('on a frame where the sign stage gave nothing is not made up', async () => {
    const memory = await makeMemory();
    for (const id of [0, 1]) {
      memory.accept(frame(id), signOf(40));
      memory.accept(frame(id), read);
    }
    memory.accept(frame(2), signOf(40));
    expect(memory.take(frame(2)).signs).toBeUndefined();
  });
});

describe('time passes over frames that nobody saw', () => {
  /** Where a sign that moves 10 px a frame is looked for after a gap, told by whether it keeps its track. */
  const trackAfter = async (gap: number) => {
    const memory = await makeMemory();
    const seen = [0, 1, 2, 3];
    for (const id of [...seen, 3 + gap]) memory.accept(frame(id), signOf(20, 100 + 10 * id));
    return memory.take(frame(3 + gap)).detection!.detections[0]!.trackId;
  };

  test('a moving object is found where it must be by now', async () => {
    // Without the prediction its boxes would lie 50 px apart, at a width of 20.
    expect(await trackAfter(5)).toBe(1);
  });

  test('one that nobody saw for over a second is another one', async () => {
    expect(await trackAfter(10)).toBe(1);
    expect(await trackAfter(11)).toBe(0);
  });

  test('steering may have turned for as long', async () => {
    const memory = await makeMemory();
    const angleAt = (id: number) => {
      memory.accept(frame(id), { stage: 'steering', rawAngleRad: id === 0 ? 0 : 0.9 });
      return memory.take(frame(id)).steering?.angleRad;
    };
    expect(angleAt(0)).toBe(0);
    expect(angleAt(1)).toBeCloseTo(0.1, 9);
    expect(angleAt(4)).toBeCloseTo(0.4, 9);
  });
});

test('answers that stand before older frames are published change nothing for those', async () => {
  const inTurn = await makeMemory();
  const ahead = await makeMemory();
  const taken = [0, 1, 2].map((id) => {
    inTurn.accept(frame(id), signOf(40));
    inTurn.accept(frame(id), read);
    return inTurn.take(frame(id));
  });
  for (const id of [0, 1, 2]) ahead.accept(frame(id), signOf(40));
  for (const id of [0, 1, 2]) ahead.accept(frame(id), read);
  expect([0, 1, 2].map((id) => ahead.take(frame(id)))).toEqual(taken);
});
