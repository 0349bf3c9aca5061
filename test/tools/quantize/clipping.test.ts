import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clippedRange } from '../../../tools/quantize/clipping.js';
import { entropyThreshold, roundedDivergence } from '../../../tools/quantize/entropy-threshold.js';
import { ValueHistogram } from '../../../tools/quantize/value-histogram.js';

function histogramOf(...arrays: number[][]): ValueHistogram {
  const histogram = new ValueHistogram();
  for (const values of arrays) histogram.add(Float32Array.from(values));
  return histogram;
}

describe('the histogram', () => {
  test('loses no value when its bins widen, whatever comes in which order', () => {
    const floats = fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(floats, { minLength: 1, maxLength: 5 }), (arrays) => {
        const histogram = histogramOf(...arrays);
        const all = arrays.flat().map(Math.fround);
        expect(histogram.total).toBe(all.length);
        expect(histogram.counts.reduce((a, b) => a + b)).toBe(all.length);
        expect(histogram.minimum).toBeCloseTo(Math.min(...all), 10);
        expect(histogram.maximum).toBeCloseTo(Math.max(...all), 10);
      }),
    );
  });

  test('keeps values in the bins whose edges hold them', () => {
    const histogram = histogramOf([0.001, -0.002], [100, -3]);
    const bins = [...histogram.counts.keys()].filter((bin) => histogram.counts[bin]! > 0);
    const holds = (value: number) =>
      bins.some((b) => histogram.edgeOf(b) <= value && value < histogram.edgeOf(b + 1));
    for (const value of [0.001, -0.002, 100, -3]) expect(holds(value)).toBe(true);
  });

  test('passes over what is no number', () => {
    const histogram = histogramOf([1, Number.NaN, 2, Infinity]);
    expect([histogram.total, histogram.maximum]).toEqual([2, 2]);
  });

  test('looks at a part of a large array, and at all of it for the ends', () => {
    const histogram = new ValueHistogram();
    const values = new Float32Array(300_000).fill(0.5);
    values[1] = 9;
    histogram.add(values);
    expect(histogram.total).toBeLessThan(70_000);
    expect(histogram.maximum).toBe(9);
  });
});

describe('the range', () => {
  // 9990 values spread evenly over 0..1, and ten far away.
  const values = Array.from({ length: 9990 }, (_, i) => (i + 0.5) / 9990);
  const histogram = histogramOf([...values, ...new Array<number>(10).fill(50)]);

  test('of minmax holds every value', () => {
    const range = clippedRange(histogram, 'minmax', 99);
    expect(range).toEqual({ low: Math.fround(0.5 / 9990), high: 50 });
  });

  test('of percentile leaves out what is rarer than asked, to the width of a bin', () => {
    expect(clippedRange(histogram, 'percentile', 99.95).high).toBe(50);
    const { high } = clippedRange(histogram, 'percentile', 99.89);
    expect(high).toBeGreaterThan(1 - histogram.binWidth);
    expect(high).toBeLessThanOrEqual(1 + histogram.binWidth);
    const lower = clippedRange(histogram, 'percentile', 89.9).high;
    expect(Math.abs(lower - 0.9)).toBeLessThanOrEqual(2 * histogram.binWidth);
  });

  test('of percentile cuts both tails', () => {
    const both = histogramOf(Array.from({ length: 10_001 }, (_, i) => (i - 5000) / 5000));
    const { low, high } = clippedRange(both, 'percentile', 95);
    expect(low).toBeCloseTo(-0.9, 2);
    expect(high).toBeCloseTo(0.9, 2);
  });

  test('of entropy cuts a thin tail, and keeps one side of what has one', () => {
    const bulk = Array.from({ length: 9998 }, (_, i) => -0.3 * Math.log(1 - (i + 0.5) / 9998));
    const { low, high } = clippedRange(histogramOf([...bulk, 50, 50]), 'entropy', 99);
    expect(low).toBeGreaterThanOrEqual(0);
    // 256 bins of 50 / 2048 and a little: the fewest that it may keep.
    expect(high).toBeLessThan(7);
    expect(high).toBeGreaterThanOrEqual(1);
  });

  test('of a value that never came is empty', () => {
    expect(clippedRange(new ValueHistogram(), 'entropy', 99)).toEqual({ low: 0, high: 0 });
  });
});

describe('the entropy threshold', () => {
  test('agrees with a divergence worked out by hand', () => {
    // Four bins, two levels, one clipped value: P = [4, 2, 0, 3 + 1] / 10, Q = [3, 3, 0, 3] / 9.
    const counts = Float64Array.of(4, 2, 0, 3, 1);
    const expected =
      0.4 * Math.log(0.4 / (3 / 9)) + 0.2 * Math.log(0.2 / (3 / 9)) + 0.4 * Math.log(0.4 / (3 / 9));
    expect(roundedDivergence(counts, 4, 2)).toBeCloseTo(expected, 12);
  });

  test('keeps everything where every level is one bin or all bins are alike', () => {
    expect(entropyThreshold(Float64Array.of(5, 1, 0, 2, 0, 0), 4)).toBe(4);
    expect(entropyThreshold(new Float64Array(2048).fill(7), 128)).toBe(2048);
  });

  test('is nearer to the bulk the thinner the tail', () => {
    const normal = (scale: number) =>
      Float64Array.from({ length: 2048 }, (_, i) => Math.floor(1e6 * Math.exp(-i / scale)));
    const narrow = entropyThreshold(normal(20), 128);
    const wide = entropyThreshold(normal(100), 128);
    expect(narrow).toBeLessThan(wide);
    expect(wide).toBeLessThan(2048);
  });
});
