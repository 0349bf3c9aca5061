import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/bundle/manifest.js';
import type { SegmentationOutputSpec } from '../../src/bundle/segmentation-spec.js';
import { readProbabilities } from '../../src/explanation/class-probabilities.js';

const classes = ['road', 'sky', 'car'];
const specOf = (more: Partial<SegmentationOutputSpec>): SegmentationOutputSpec => ({
  kind: 'segmentation',
  scores: 'scores',
  classes,
  paletteRgb: classes.map(() => [0, 0, 0]),
  drivable: [],
  ...more,
});
const outputsOf = (shape: number[]) =>
  ({ outputs: [{ name: 'scores', dtype: 'float32', shape }] }) as Pick<Manifest, 'outputs'>;

/** Two rows of two places; `car` is sure of the place below to the right alone. */
const logits = [
  [2, 0, 0],
  [2, 0, 0],
  [0, 2, 0],
  [0, 0, 5],
];
const carAt = Math.exp(5) / (Math.exp(5) + 2);

describe('the probability of each class at a place', () => {
  test.each([
    ['channels first', {}, [1, 3, 2, 2], [0, 1, 2].flatMap((c) => logits.map((at) => at[c]!))],
    ['channels last', { order: 'channels-last' as const }, [1, 2, 2, 3], logits.flat()],
  ])('%s', (_, more, shape, values) => {
    const read = readProbabilities(outputsOf(shape), specOf(more));
    const found = read(Float32Array.from(values), [0.9, 0.9]);
    expect(found[2]).toBeCloseTo(carAt, 6);
    expect(read(Float32Array.from(values), [0.1, 0.1])[2]).toBeLessThan(0.2);
  });

  test('of a mask of one channel: what it says, and the rest', () => {
    const shape = [1, 1, 1, 2];
    const two = { classes: ['other', 'road'], paletteRgb: [] };
    const asShare = readProbabilities(outputsOf(shape), specOf({ ...two, values: 'probability' }));
    expect(asShare(Float32Array.of(0.2, 0.7), [0.8, 0.5])[1]).toBeCloseTo(0.7, 6);
    const asLogit = readProbabilities(outputsOf(shape), specOf({ ...two, values: 'logit' }));
    expect(asLogit(Float32Array.of(-1, 3), [0.8, 0.5])[1]).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
  });

  test('of numbers of classes there is none', () => {
    expect(() => readProbabilities(outputsOf([1, 2, 2]), specOf({ values: 'class-ids' }))).toThrow(
      /arg max is inside/,
    );
  });
});
