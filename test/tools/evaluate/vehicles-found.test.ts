import { expect, test } from 'vitest';
import type { BoxXyxy } from '../../../tools/datasets/box-geometry.js';
import type { KittiBox } from '../../../tools/datasets/kitti.js';
import { anyClass } from '../../../tools/datasets/sample.js';
import { vehiclesFound } from '../../../tools/evaluate/vehicles-found.js';

const vehicle = (left: number, heightPx = 30, occlusion = 0, className = 'car'): KittiBox => ({
  className,
  boxXyxyPx: [left, 0, left + 40, heightPx],
  weight: 1,
  kittiType: 'Car',
  occlusion,
  truncation: 0,
});
const found = (left: number, score: number, className = 'car') => ({
  className,
  score,
  boxXyxyPx: [left, 0, left + 40, 30] as [number, number, number, number],
});

test('vehicles that are low, hidden or no vehicles are not asked for', () => {
  const truth = [
    vehicle(0),
    vehicle(100, 24),
    vehicle(200, 30, 2),
    vehicle(300, 30, 0, 'pedestrian'),
  ];
  expect(vehiclesFound([{ truth, found: [found(0, 0.9)] }], 0.3)).toEqual({
    found: 1,
    count: 1,
    wrong: 0,
    recall: 1,
    precision: 1,
  });
});

test('which vehicle it was called does not matter, but score and place do', () => {
  const truth = [vehicle(0), vehicle(100), vehicle(200)];
  const boxes = [found(0, 0.9, 'truck'), found(100, 0.3), found(230, 0.9)];
  expect(vehiclesFound([{ truth, found: boxes }], 0.3)).toMatchObject({ found: 1, count: 3 });
});

test('two detections of one vehicle find one', () => {
  const truth = [vehicle(0), vehicle(100)];
  expect(vehiclesFound([{ truth, found: [found(0, 0.9), found(2, 0.8)] }], 0.3).recall).toBe(0.5);
});

test('what finds nothing is wrong, unless it shows what is not asked for', () => {
  const region = { ...vehicle(400, 60, -1, anyClass), weight: 0, kittiType: 'DontCare' };
  const truth = [vehicle(0), vehicle(100, 24), vehicle(200, 30, 2), region];
  const low = { ...found(600, 0.9), boxXyxyPx: [600, 0, 640, 20] as BoxXyxy };
  const excused = [found(100, 0.9), found(200, 0.9), found(415, 0.9), low];
  const wrong = [found(0, 0.5), found(300, 0.9), found(425, 0.9)];
  const boxes = [found(0, 0.9), ...excused, ...wrong];
  expect(vehiclesFound([{ truth, found: boxes }], 0.3)).toEqual({
    found: 1,
    count: 1,
    wrong: 3,
    recall: 1,
    precision: 0.25,
  });
});

test('a bundle that answers from a higher score on is taken at its word', () => {
  const pictures = [{ truth: [vehicle(0), vehicle(100)], found: [found(0, 0.4), found(100, 0.6)] }];
  expect(vehiclesFound(pictures, 0.5)).toMatchObject({ found: 1, count: 2 });
  expect(vehiclesFound(pictures, 0.1)).toMatchObject({ found: 2, count: 2 });
});
