import { describe, expect, it } from 'vitest';
import { decodeOffsets } from '../../../../src/perception/detection/box-offsets.js';
import { makeDefaultBoxes } from '../../../../src/perception/detection/default-boxes.js';
import { createMatcher } from '../../../../tools/train/targets/match-default-boxes.js';

const defaultBoxes = makeDefaultBoxes([
  {
    rows: 4,
    columns: 4,
    boxSizesNorm: [
      [0.25, 0.25],
      [0.4, 0.2],
    ],
  },
  { rows: 1, columns: 1, boxSizesNorm: [[0.8, 0.8]] },
]);
const rule = {
  atLeast: 1,
  positiveIou: 0.5,
  negativeIou: 0.2,
  countsAsAtMost: 12,
  variances: [0.1, 0.2] as const,
};

const match = createMatcher(defaultBoxes, rule);

describe('matching default boxes', () => {
  it('calls everything background in an empty picture', () => {
    const { labels, weights } = match([]);
    expect(labels.every((label) => label === 0)).toBe(true);
    expect(weights.every((weight) => weight === 0)).toBe(true);
  });

  it('gives every true box at least its best default box, and offsets that decode to it', () => {
    const tiny = [0.51, 0.51, 0.55, 0.56] as const;
    const { labels, offsets, weights } = match([{ classId: 4, boxXyxyNorm: tiny, weight: 0.7 }]);
    const positives = [...labels.keys()].filter((i) => labels[i]! > 0);
    expect(positives).toHaveLength(1);
    const [best] = positives;
    expect(labels[best!]).toBe(5);
    expect(weights[best!]).toBeCloseTo(0.7);
    const decoded = decodeOffsets(offsets, defaultBoxes, rule.variances).subarray(
      best! * 4,
      best! * 4 + 4,
    );
    expect([...decoded]).toEqual(
      [0.53, 0.535, 0.04, 0.05].map((value) => expect.closeTo(value, 5)),
    );
  });

  it('lets an object of many matches count no more than one of few', () => {
    const positiveIou = 0.15;
    const truth = [{ classId: 0, boxXyxyNorm: [0.1, 0.1, 0.6, 0.6] as const, weight: 1 }];
    const sumOf = (countsAsAtMost: number): number => {
      const { labels, weights } = createMatcher(defaultBoxes, {
        ...rule,
        positiveIou,
        negativeIou: 0.1,
        countsAsAtMost,
      })(truth);
      expect(labels.filter((label) => label > 0).length).toBeGreaterThan(4);
      return weights.reduce((sum, weight) => sum + weight, 0);
    };
    expect(sumOf(100)).toBeGreaterThan(4);
    expect(sumOf(3)).toBeCloseTo(3, 5);
  });

  it('ignores what lies between the two thresholds', () => {
    const box = [0.3, 0.3, 0.55, 0.55] as const;
    const { labels } = match([{ classId: 0, boxXyxyNorm: box, weight: 1 }]);
    expect(labels).toContain(1);
    expect(labels).toContain(-1);
    expect(labels).toContain(0);
  });

  it('keeps two true boxes apart that would both choose the same default box', () => {
    const truth = [0, 1].map((classId) => ({
      classId,
      boxXyxyNorm: [0.27, 0.27, 0.48, 0.48] as const,
      weight: 1,
    }));
    const { labels } = match(truth);
    expect(labels).toContain(1);
    expect(labels).toContain(2);
  });

  it('says nothing of default boxes inside a region to ignore', () => {
    const { labels } = match([{ classId: -1, boxXyxyNorm: [0, 0, 1, 1], weight: 0 }]);
    expect(labels.every((label) => label === -1)).toBe(true);
  });
});
