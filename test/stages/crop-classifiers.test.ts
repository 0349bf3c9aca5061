import { describe, expect, it } from 'vitest';
import { type CropOutputSpec, lightsOutputSchema } from '../../src/bundle/crop-spec.js';
import type { Detection } from '../../src/perception/results.js';
import { decodeSigns } from '../../src/perception/signs/decode-signs.js';
import { selectSignCrops } from '../../src/perception/signs/sign-crops.js';
import { emptyLightMemory, smoothLights } from '../../src/perception/tracking/light-memory.js';

const specOf = (changes: object = {}): CropOutputSpec =>
  lightsOutputSchema.parse({
    kind: 'lights',
    logits: 'logits',
    classes: ['red', 'amber', 'green'],
    temperature: 1,
    abstainBelow: 0.5,
    maxBatch: 4,
    cropFrom: ['traffic_light', 'bus'],
    cropMarginNorm: 0,
    ...changes,
  });
const box = (classId: number, trackId = 0, score = 0.9): Detection => ({
  classId,
  score,
  boxXyxyPx: [0, 0, 20, 20],
  trackId,
});

describe('a second classifier of crops', () => {
  it('cuts the boxes of every class that it names', () => {
    const classes = ['car', 'bus', 'traffic_light'];
    const crops = selectSignCrops([box(0), box(1), box(2, 0, 0.95)], classes, specOf());
    expect(crops).toEqual([2, 1]);
  });

  it('reads probabilities as they are, and labels each for itself', () => {
    const shares = decodeSigns(
      Float32Array.of(0.1, 0.2, 0.7),
      [5],
      specOf({ values: 'probabilities' }),
    );
    expect(shares.readings).toEqual([
      { classId: 2, probability: Math.fround(0.7), detectionIndex: 5 },
    ]);
    const labels = decodeSigns(Float32Array.of(0, 100, -100), [0], specOf({ answers: 'labels' }));
    expect([...labels.probabilities].map((p) => Number(p.toFixed(3)))).toEqual([0.5, 1, 0]);
  });

  it('follows a light that changes within two frames, and forgets tracks that ended', () => {
    const spec = specOf({ values: 'probabilities' });
    const live = new Set([7]);
    const detections = [box(2, 7)];
    const see = (memory: typeof emptyLightMemory, shares: number[]) =>
      smoothLights(
        memory,
        decodeSigns(Float32Array.from(shares), [0], spec),
        detections,
        live,
        spec,
      );
    const red = see(emptyLightMemory, [1, 0, 0]);
    expect(red.readings[0]).toMatchObject({ classId: 0, probability: 1 });
    // One frame in which it looks green is half of the truth; the next one settles it.
    const turning = see(red.memory, [0, 0, 1]);
    expect(turning.readings[0]!.probability).toBeCloseTo(0.5, 6);
    const green = see(turning.memory, [0, 0, 1]);
    expect(green.readings[0]).toMatchObject({ classId: 2, probability: 0.75 });
    const ended = smoothLights(
      green.memory,
      { readings: [], probabilities: new Float32Array() },
      [],
      new Set(),
      spec,
    );
    expect(ended.memory.size).toBe(0);
  });

  it('says all labels that are sure enough', () => {
    const spec = specOf({ answers: 'labels' });
    const batch = decodeSigns(Float32Array.of(3, -3, 3), [0], spec);
    const { readings } = smoothLights(emptyLightMemory, batch, [box(2)], new Set(), spec);
    expect(readings[0]!.labels.map(({ classId }) => classId)).toEqual([0, 2]);
  });
});
