import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignsOutputSpec } from '../../../src/bundle/output-spec.js';
import type { Detection } from '../../../src/perception/results.js';
import { decodeSigns } from '../../../src/perception/signs/decode-signs.js';
import { selectSignCrops } from '../../../src/perception/signs/sign-crops.js';

const spec = (changes: Partial<SignsOutputSpec> = {}): SignsOutputSpec => ({
  kind: 'signs',
  logits: 'logits',
  classes: ['stop', 'yield', 'ahead_only'],
  temperature: 2,
  abstainBelow: 0.6,
  maxBatch: 2,
  cropFrom: 'traffic_sign',
  cropMarginNorm: 0.1,
  ...changes,
});
const detection = (classId: number, score: number, sizePx = 20): Detection => ({
  classId,
  score,
  boxXyxyPx: [10, 10, 10 + sizePx, 10 + sizePx],
  trackId: 0,
});

describe('sign crops', () => {
  const classes = ['car', 'traffic_sign'];

  it('are the best signs, as many as fit, equal ones in their order', () => {
    const detections = [
      detection(1, 0.5),
      detection(0, 0.99),
      detection(1, 0.9),
      detection(1, 0.5),
    ];
    expect(selectSignCrops(detections, classes, spec())).toEqual([2, 0]);
    expect(selectSignCrops(detections, classes, spec({ maxBatch: 9 }))).toEqual([2, 0, 3]);
  });

  it('leave out signs of a few pixels and everything when the detector knows no signs', () => {
    expect(selectSignCrops([detection(1, 0.9, 5)], classes, spec())).toEqual([]);
    expect(selectSignCrops([detection(1, 0.9)], ['car'], spec())).toEqual([]);
  });
});

describe('sign readings', () => {
  it('are the softmax of the logits over the temperature', () => {
    const logits = Float32Array.of(4, 0, 0, /* next */ 1, 0, 0.5, /* unused */ 9, 9, 9);
    const { readings, probabilities } = decodeSigns(logits, [7, 3], spec());
    const sure = Math.exp(2) / (Math.exp(2) + 2);
    expect(readings[0]).toEqual({
      classId: 0,
      detectionIndex: 7,
      probability: expect.closeTo(sure, 6),
    });
    expect(probabilities.length).toBe(6);
    // The second is too close to call: it keeps the probability of its best class.
    const unsure = Math.exp(0.5) / (Math.exp(0.5) + 1 + Math.exp(0.25));
    expect(readings[1]).toEqual({
      classId: -1,
      detectionIndex: 3,
      probability: expect.closeTo(unsure, 6),
    });
  });

  it('sum to one, however large the logits are', () => {
    const logit = fc.float({ min: -500, max: 500, noNaN: true });
    fc.assert(
      fc.property(fc.array(logit, { minLength: 6, maxLength: 6 }), (values) => {
        const { probabilities } = decodeSigns(Float32Array.from(values), [0, 1], spec());
        for (const row of [0, 3]) {
          const sum = probabilities[row]! + probabilities[row + 1]! + probabilities[row + 2]!;
          expect(sum).toBeCloseTo(1, 5);
        }
      }),
    );
  });
});
