import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type SegmentationOutputSpec,
  segmentationOutputSchema,
} from '../../../src/bundle/segmentation-spec.js';
import { createMapReader } from '../../../src/perception/segmentation/map-reader.js';

const specOf = (classCount: number, changes: object): SegmentationOutputSpec =>
  segmentationOutputSchema.parse({
    kind: 'segmentation',
    scores: 'scores',
    classes: Array.from({ length: classCount }, (_, id) => `class ${id}`),
    paletteRgb: Array.from({ length: classCount }, () => [0, 0, 0]),
    drivable: [],
    ...changes,
  });

interface Size {
  rows: number;
  columns: number;
}

function mapOf(spec: SegmentationOutputSpec, size: Size, values: Float32Array): number[] {
  const reader = createMapReader(spec, size);
  const out = new Uint8Array(reader.widthPx * reader.heightPx).fill(99);
  reader.read(values, out);
  return [...out];
}

/** Every class's score of every pixel, each from its four neighbours anew. */
function slowMap(scores: Float32Array, count: number, size: Size, width: number, height: number) {
  const { rows, columns } = size;
  const place = (pixel: number, small: number, large: number) =>
    Math.min(small - 1, Math.max(0, ((pixel + 0.5) * small) / large - 0.5));
  return Array.from({ length: width * height }, (_, pixel) => {
    const x = place(pixel % width, columns, width);
    const y = place(Math.floor(pixel / width), rows, height);
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [x1, y1] = [Math.min(columns - 1, x0 + 1), Math.min(rows - 1, y0 + 1)];
    const values = Array.from({ length: count }, (_, id) => {
      const at = (row: number, column: number) => scores[(id * rows + row) * columns + column]!;
      const top = at(y0, x0) * (1 - (x - x0)) + at(y0, x1) * (x - x0);
      const bottom = at(y1, x0) * (1 - (x - x0)) + at(y1, x1) * (x - x0);
      return top * (1 - (y - y0)) + bottom * (y - y0);
    });
    return { values, best: values.indexOf(Math.max(...values)) };
  });
}

describe('scores at a part of the input’s size', () => {
  it('are enlarged as bilinear interpolation on paper says', () => {
    // Two pixels become eight: the middles lie at 1.5 and 5.5, half of the way between them is where class 1 takes over.
    const spec = specOf(2, { enlargeTo: { widthPx: 8, heightPx: 1 } });
    const scores = Float32Array.of(1, 0, 0, 1);
    expect(mapOf(spec, { rows: 1, columns: 2 }, scores)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    const tilted = Float32Array.of(1, 0, 0, 3);
    expect(mapOf(spec, { rows: 1, columns: 2 }, tilted)).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('give what the slow reference gives, for any sizes', () => {
    const edge = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(
        fc.record({ rows: edge, columns: edge, count: fc.integer({ min: 2, max: 6 }) }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        ({ rows, columns, count }, widthPx, heightPx, seed) => {
          let state = seed | 1;
          const scores = Float32Array.from({ length: count * rows * columns }, () => {
            state = (Math.imul(state, 1664525) + 1013904223) | 0;
            // Few levels make neighbours agree often, so that both ways through the decoder are taken.
            return Math.round(state / 2 ** 30) + (state % 97) * 1e-3;
          });
          const spec = specOf(count, { enlargeTo: { widthPx, heightPx } });
          const found = mapOf(spec, { rows, columns }, scores);
          const slow = slowMap(scores, count, { rows, columns }, widthPx, heightPx);
          found.forEach((id, pixel) => {
            const { values, best } = slow[pixel]!;
            // Scores that are equal but for rounding may fall either way.
            if (id !== best) expect(values[id]).toBeCloseTo(values[best]!, 5);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never let a score win that is no number', () => {
    const spec = specOf(2, { enlargeTo: { widthPx: 4, heightPx: 1 } });
    const scores = Float32Array.of(Number.NaN, 0, -5, -5);
    expect(mapOf(spec, { rows: 1, columns: 2 }, scores)).toEqual([1, 1, 1, 0]);
  });
});

describe('other outputs of segmentation networks', () => {
  const size = { rows: 1, columns: 3 };

  it('are class numbers where the arg max is inside; unknown ones become class 0', () => {
    const spec = specOf(255, { values: 'class-ids' });
    const ids = Float32Array.of(254, 255, -1);
    expect(mapOf(spec, size, ids)).toEqual([254, 0, 0]);
  });

  it('are one channel where there are two classes', () => {
    const surely = Float32Array.of(0.4, 0.6, 0.9);
    expect(mapOf(specOf(2, { values: 'probability' }), size, surely)).toEqual([0, 1, 1]);
    const strict = specOf(2, { values: 'probability', maskThreshold: 0.8 });
    expect(mapOf(strict, size, surely)).toEqual([0, 0, 1]);
    const logits = Float32Array.of(-1, 1, 2);
    expect(mapOf(specOf(2, { values: 'logit' }), size, logits)).toEqual([0, 1, 1]);
    const large = specOf(2, { values: 'logit', enlargeTo: { widthPx: 6, heightPx: 1 } });
    expect(mapOf(large, size, logits)).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it('are turned where channels come last, and merged where several classes are one', () => {
    const scores = Float32Array.of(9, 0, 0, 0, 9, 0, 0, 0, 9);
    expect(mapOf(specOf(3, { order: 'channels-last' }), size, scores)).toEqual([0, 1, 2]);
    const merged = specOf(2, { order: 'channels-last', channelClasses: [1, 0, 1] });
    expect(mapOf(merged, size, scores)).toEqual([1, 0, 1]);
  });
});
