import { expect, test } from 'vitest';
import type { TruthBox } from '../../../tools/datasets/sample.js';
import { withRiders } from '../../../tools/datasets/teacher-boxes.js';

const box = (className: string, boxXyxyPx: TruthBox['boxXyxyPx'], weight: number): TruthBox => ({
  className,
  boxXyxyPx,
  weight,
});

test('a bicycle and the person who sits on it become one cyclist with the lower score', () => {
  const person = box('pedestrian', [10, 0, 30, 45], 0.9);
  const bicycle = box('bicycle', [5, 25, 35, 55], 0.6);
  expect(withRiders([person, bicycle])).toEqual([box('cyclist', [5, 0, 35, 55], 0.6)]);
});

test('a bicycle without a rider is a region to ignore, and who stands beside it stays', () => {
  const person = box('pedestrian', [40, 0, 60, 60], 0.9);
  const bicycle = box('bicycle', [5, 25, 35, 55], 0.6);
  expect(withRiders([bicycle, person])).toEqual([person, box('cyclist', [5, 25, 35, 55], 0)]);
});

test('one person rides one bicycle', () => {
  const person = box('pedestrian', [10, 0, 30, 45], 0.9);
  const bicycles = [box('bicycle', [5, 25, 35, 55], 0.6), box('bicycle', [6, 26, 34, 55], 0.5)];
  const weights = withRiders([person, ...bicycles]).map(({ weight }) => weight);
  expect(weights).toEqual([0.6, 0]);
});
