import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxIouAt } from '../../../src/perception/detection/box-iou.js';
import {
  decodeBoxInto,
  decodeOffsets,
  encodeOffsets,
} from '../../../src/perception/detection/box-offsets.js';
import { makeDefaultBoxes } from '../../../src/perception/detection/default-boxes.js';

const share = fc.double({ min: 0.02, max: 1, noNaN: true });
const box = fc.tuple(share, share, share, share);

describe('default boxes', () => {
  it('come map by map, row by row, column by column, size by size', () => {
    const boxes = makeDefaultBoxes([
      {
        rows: 1,
        columns: 2,
        boxSizesNorm: [
          [0.5, 0.25],
          [0.125, 0.5],
        ],
      },
      { rows: 2, columns: 1, boxSizesNorm: [[1, 1]] },
    ]);
    expect(Array.from(boxes)).toEqual([
      ...[0.25, 0.5, 0.5, 0.25],
      ...[0.25, 0.5, 0.125, 0.5],
      ...[0.75, 0.5, 0.5, 0.25],
      ...[0.75, 0.5, 0.125, 0.5],
      ...[0.5, 0.25, 1, 1],
      ...[0.5, 0.75, 1, 1],
    ]);
  });
});

describe('box offsets', () => {
  it('are nothing for the default box itself', () => {
    const boxes = Float32Array.of(0.5, 0.4, 0.3, 0.2);
    expect(Array.from(encodeOffsets(boxes, boxes, [0.1, 0.2]))).toEqual([0, 0, 0, 0]);
  });

  it('are those of the paper', () => {
    const offsets = encodeOffsets(
      Float32Array.of(0.6, 0.3, 0.4, 0.2),
      Float32Array.of(0.5, 0.5, 0.2, 0.4),
      [0.1, 0.2],
    );
    // (0.6 - 0.5) / 0.2 / 0.1, (0.3 - 0.5) / 0.4 / 0.1, ln(2) / 0.2, ln(0.5) / 0.2
    for (const [i, expected] of [5, -5, 3.46574, -3.46574].entries()) {
      expect(offsets[i]).toBeCloseTo(expected, 4);
    }
  });

  it('decode to the box that was encoded, both ways of decoding', () => {
    fc.assert(
      fc.property(box, box, (truth, preset) => {
        const defaults = Float32Array.from([0, 0, 1, 1, ...preset]);
        const boxes = Float32Array.from([0.1, 0.1, 0.2, 0.2, ...truth]);
        const offsets = encodeOffsets(boxes, defaults, [0.1, 0.2]);
        const decoded = decodeOffsets(offsets, defaults, [0.1, 0.2]);
        const corners = new Float32Array(5);
        decodeBoxInto(offsets, defaults, [0.1, 0.2], 1, corners, 1);
        const [cx, cy, width, height] = truth;
        const sides = [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
        for (let i = 0; i < 4; i++) {
          expect(decoded[4 + i]).toBeCloseTo(truth[i]!, 4);
          expect(corners[1 + i]).toBeCloseTo(sides[i]!, 4);
        }
      }),
    );
  });
});

describe('intersection over union', () => {
  const cases: [string, number[], number[], number][] = [
    ['equal boxes', [0, 0, 2, 2], [0, 0, 2, 2], 1],
    ['half of each shared', [0, 0, 2, 1], [1, 0, 3, 1], 1 / 3],
    ['one within the other', [0, 0, 4, 4], [1, 1, 3, 3], 0.25],
    ['touching boxes', [0, 0, 1, 1], [1, 0, 2, 1], 0],
    ['apart', [0, 0, 1, 1], [5, 5, 6, 6], 0],
    ['no area', [1, 1, 1, 1], [0, 0, 2, 2], 0],
  ];
  it.each(cases)('of %s', (_, a, b, expected) => {
    expect(boxIouAt([9, ...a], 1, [9, 9, ...b], 2)).toBeCloseTo(expected, 12);
    expect(boxIouAt(b, 0, a, 0)).toBeCloseTo(expected, 12);
  });
});
