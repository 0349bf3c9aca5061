import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import type { SsdOutputSpec } from '../../../src/bundle/output-spec.js';
import { createDetectionList } from '../../../src/perception/detection/detection-list.js';
import { createSsdDecoder } from '../../../src/perception/detection/ssd-decoder.js';
import { slowSsd } from './slow-ssd.js';

const spec = (changes: Partial<SsdOutputSpec> = {}): SsdOutputSpec => ({
  kind: 'ssd',
  offsets: 'offsets',
  logits: 'logits',
  featureMaps: [
    {
      rows: 4,
      columns: 6,
      boxSizesNorm: [
        [0.2, 0.2],
        [0.3, 0.15],
      ],
    },
    { rows: 1, columns: 2, boxSizesNorm: [[0.6, 0.7]] },
  ],
  variances: [0.1, 0.2],
  classes: ['car', 'bus', 'traffic_sign'],
  scoreThreshold: 0.3,
  nmsIou: 0.45,
  maxDetections: 20,
  ...changes,
});
const boxCount = 50;

/** Outputs with some boxes well above the background, at random. */
function randomOutputs(seed: number, boxes = boxCount, classes = 3) {
  const next = mulberry32(seed);
  const offsets = Float32Array.from({ length: boxes * 4 }, () => next() * 6 - 3);
  const logits = Float32Array.from({ length: boxes * (classes + 1) }, (_, i) =>
    i % (classes + 1) === 0 ? next() * 4 : next() * 6 - 2,
  );
  return { offsets, logits };
}

describe('the SSD decoder', () => {
  it('finds what the plain way finds, in the same order', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(0.05, 0.3, 0.6),
        fc.constantFrom(0.1, 0.45, 0.9),
        fc.constantFrom(3, 200),
        fc.constantFrom<string[][]>([], [['car', 'bus']]),
        (seed, scoreThreshold, nmsIou, maxDetections, nmsGroups) => {
          const settings = spec({ scoreThreshold, nmsIou, maxDetections, nmsGroups });
          const { offsets, logits } = randomOutputs(seed);
          const list = createDetectionList(maxDetections);
          createSsdDecoder(settings).decode(offsets, logits, list);
          const expected = slowSsd(settings, offsets, logits);
          expect(list.count).toBe(expected.length);
          for (const [i, detection] of expected.entries()) {
            expect(list.classIds[i]).toBe(detection.classId);
            expect(list.scores[i]).toBeCloseTo(detection.score, 5);
            for (let side = 0; side < 4; side++) {
              expect(list.boxesXyxyNorm[i * 4 + side]).toBeCloseTo(detection.box[side]!, 5);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps nothing of one frame in the next', () => {
    const decoder = createSsdDecoder(spec());
    const list = createDetectionList(20);
    const busy = randomOutputs(1);
    decoder.decode(busy.offsets, busy.logits, list);
    const first = list.count;
    expect(first).toBeGreaterThan(2);
    const quiet = new Float32Array(boxCount * 4).map((_, i) => (i % 4 === 0 ? 9 : 0));
    decoder.decode(busy.offsets, quiet, list);
    expect(list.count).toBe(0);
    decoder.decode(busy.offsets, busy.logits, list);
    expect(list.count).toBe(first);
  });

  it('suppresses within a class and not across classes', () => {
    const one = spec({
      featureMaps: [
        {
          rows: 1,
          columns: 1,
          boxSizesNorm: [
            [0.5, 0.5],
            [0.5, 0.5],
          ],
        },
      ],
      scoreThreshold: 0.2,
    });
    const list = createDetectionList(20);
    const offsets = new Float32Array(8);
    // Both boxes are equal; the first is as much a bus as a car, the second a little less a car.
    const logits = Float32Array.of(0, 5, 5, 0, 0, 4.9, 0, 0);
    createSsdDecoder(one).decode(offsets, logits, list);
    expect(Array.from(list.classIds.subarray(0, list.count))).toEqual([0, 1]);
  });

  it('makes no detection of values that are no numbers, and no infinite box', () => {
    const settings = spec({ scoreThreshold: 0 });
    const list = createDetectionList(20);
    const { offsets, logits } = randomOutputs(3);
    const broken = logits.map(() => Number.NaN);
    createSsdDecoder(settings).decode(offsets, broken, list);
    expect(list.count).toBe(0);
    const lost = offsets.map((_, i) => (i % 3 === 0 ? Number.NaN : 1e30));
    createSsdDecoder(settings).decode(lost, logits, list);
    for (let i = 0; i < list.count * 4; i++) {
      expect(Number.isFinite(list.boxesXyxyNorm[i])).toBe(true);
    }
  });

  it('grows with a frame of many candidates and stays right', () => {
    const wide = spec({
      featureMaps: [
        {
          rows: 30,
          columns: 40,
          boxSizesNorm: [
            [0.05, 0.05],
            [0.1, 0.1],
          ],
        },
      ],
      scoreThreshold: 0.01,
      maxDetections: 100,
    });
    const { offsets, logits } = randomOutputs(9, 2400);
    const list = createDetectionList(100);
    createSsdDecoder(wide).decode(offsets, logits, list);
    const expected = slowSsd(wide, offsets, logits);
    expect(Array.from(list.classIds.subarray(0, list.count))).toEqual(
      expected.map(({ classId }) => classId),
    );
  });
});
