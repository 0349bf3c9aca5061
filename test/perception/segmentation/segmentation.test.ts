import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SegmentationOutputSpec } from '../../../src/bundle/output-spec.js';
import { decodeClassMap } from '../../../src/perception/segmentation/class-map.js';
import { createClassMapDecoder } from '../../../src/perception/segmentation/class-map-kernel.js';
import { freeSpaceByColumn } from '../../../src/perception/segmentation/free-space.js';
import {
  classShares,
  decodeRunLengths,
  encodeRunLengths,
} from '../../../src/perception/segmentation/run-lengths.js';
import { createSegmentationDecoder } from '../../../src/perception/segmentation/segmentation-decoder.js';

const anyMap = fc.uint8Array({ max: 3, maxLength: 400 });

describe('the class map', () => {
  it('holds the best class of every pixel, also beyond one block', () => {
    const score = fc.constantFrom(0, 0.25, 0.5, 1);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.array(score, { minLength: 7, maxLength: 97 }),
        (classCount, pixelCount, pattern) => {
          const scores = Float32Array.from(
            { length: classCount * pixelCount },
            (_, i) => pattern[(i * 31 + (i >> 5)) % pattern.length]!,
          );
          const map = new Uint8Array(pixelCount);
          decodeClassMap(scores, classCount, map);
          for (let i = 0; i < pixelCount; i++) {
            const all = Array.from({ length: classCount }, (_, c) => scores[c * pixelCount + i]!);
            expect(map[i]).toBe(all.indexOf(Math.max(...all)));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('never takes a score that is no number for the best', () => {
    const map = new Uint8Array(2);
    decodeClassMap(Float32Array.of(Number.NaN, 1, -5, Number.NaN, -6, 0), 3, map);
    expect(Array.from(map)).toEqual([1, 0]);
  });

  it('is the same from the compiled kernel, whatever the size and whatever is no number', () => {
    const score = fc.constantFrom(0, 0.25, -1, 7, Number.NaN, -Infinity, Infinity);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 4080, max: 8210 })),
        fc.array(score, { minLength: 7, maxLength: 97 }),
        (classCount, pixelCount, pattern) => {
          const scores = Float32Array.from(
            { length: classCount * pixelCount },
            (_, i) => pattern[(i * 31 + (i >> 5)) % pattern.length]!,
          );
          const defined = new Uint8Array(pixelCount);
          decodeClassMap(scores, classCount, defined);
          const compiled = new Uint8Array(pixelCount).fill(99);
          createClassMapDecoder(classCount)(scores, compiled);
          expect(Buffer.compare(compiled, defined)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('run lengths', () => {
  it('give back the map, and neighbouring runs differ', () => {
    fc.assert(
      fc.property(anyMap, (map) => {
        const { runLengths, runClasses } = encodeRunLengths(map);
        expect(decodeRunLengths(runLengths, runClasses, map.length)).toEqual(map);
        for (let i = 1; i < runClasses.length; i++) {
          expect(runClasses[i]).not.toBe(runClasses[i - 1]);
        }
        expect(runLengths.every((length) => length > 0)).toBe(true);
      }),
    );
  });

  it.each([
    ['too few pixels', [3, 4], [0, 1]],
    ['too many pixels', [3, 6], [0, 1]],
    ['a class without a length', [8], [0, 1]],
    ['a length without a class', [4, 4], [0]],
  ])('of %s are refused', (_, lengths, classes) => {
    expect(() => decodeRunLengths(lengths, classes, 8)).toThrow(
      expect.objectContaining({ code: 'ERR_RECORDING' }),
    );
  });
});

describe('free space', () => {
  // road 1, other 0; four columns, three rows from the top.
  const map = Uint8Array.from([1, 0, 1, 1, /**/ 1, 1, 0, 1, /**/ 1, 1, 1, 0]);
  const isDrivable = Uint8Array.from({ length: 256 }, (_, i) => (i === 1 ? 1 : 0));

  it('reaches up from the bottom until something is in the way', () => {
    const free = freeSpaceByColumn(map, 4, 3, isDrivable);
    for (const [column, expected] of [1, 2 / 3, 1 / 3, 0].entries()) {
      expect(free[column]).toBeCloseTo(expected, 6);
    }
  });

  it('is what looking up each column by itself finds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), anyMap, (widthPx, values) => {
        const heightPx = Math.max(1, Math.floor(values.length / widthPx));
        const pixels = new Uint8Array(widthPx * heightPx);
        pixels.set(values.subarray(0, pixels.length));
        const found = freeSpaceByColumn(pixels, widthPx, heightPx, isDrivable);
        for (let column = 0; column < widthPx; column++) {
          let rows = 0;
          while (rows < heightPx && pixels[(heightPx - 1 - rows) * widthPx + column] === 1) rows++;
          expect(found[column]).toBeCloseTo(rows / heightPx, 6);
        }
      }),
    );
  });

  it('stands beside shares that sum to one', () => {
    const shares = classShares(encodeRunLengths(map), 2);
    expect(shares[0]).toBeCloseTo(3 / 12, 6);
    expect(shares[1]).toBeCloseTo(9 / 12, 6);
  });
});

describe('the segmentation decoder', () => {
  const spec: SegmentationOutputSpec = {
    kind: 'segmentation',
    scores: 'scores',
    classes: ['sky', 'road', 'tree'],
    paletteRgb: [
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
    ],
    drivable: ['road'],
  };

  it('puts it together, and its results outlive the next frame', () => {
    const decoder = createSegmentationDecoder(spec, 2, 2);
    // Top row sky, bottom row road and tree.
    const first = decoder.decode(Float32Array.of(1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1));
    const before = structuredClone(first);
    decoder.decode(new Float32Array(12));
    expect(first).toEqual(before);
    expect(Array.from(first.runLengths)).toEqual([2, 1, 1]);
    expect(Array.from(first.runClasses)).toEqual([0, 1, 2]);
    expect(Array.from(first.classShares)).toEqual([0.5, 0.25, 0.25]);
    expect(Array.from(first.freeSpaceNorm)).toEqual([0.5, 0]);
    expect(Array.from(decoder.classMap)).toEqual([0, 0, 0, 0]);
  });

  it('counts the padding of a letterbox in neither shares nor free space, but keeps heights in the map', () => {
    const { width, height } = { width: 4, height: 6 };
    // Sky, road and road between two rows of padding and beside a column of it, which a network calls trees.
    const [sky, road, tree] = [0, 1, 2];
    const ids = [
      [tree, tree, tree, tree],
      [tree, sky, sky, tree],
      [tree, road, sky, tree],
      [tree, road, road, tree],
      [tree, tree, tree, tree],
      [tree, tree, tree, tree],
    ].flat();
    const values = { ...spec, values: 'class-ids' as const };
    const content = { left: 1 / 4, top: 1 / 6, right: 3 / 4, bottom: 4 / 6 };
    const { classShares, freeSpaceNorm } = createSegmentationDecoder(
      values,
      width,
      height,
      content,
    ).decode(Float32Array.from(ids));
    expect([...classShares]).toEqual([0.5, 0.5, 0]);
    expect([...freeSpaceNorm]).toEqual([0, 4 / 6, 3 / 6, 0].map(Math.fround));
    // A network that calls the padding road does not see further because of it.
    const asRoad = createSegmentationDecoder(values, width, height, content);
    const free = asRoad.decode(Float32Array.from(ids, (id) => (id === tree ? road : id)));
    expect([...free.freeSpaceNorm]).toEqual([...freeSpaceNorm]);
  });
});
