import { expect, test } from 'vitest';
import type { KittiBox } from '../../../tools/datasets/kitti.js';
import { vehicleRecall } from '../../../tools/evaluate/vehicle-recall.js';

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
  expect(vehicleRecall([{ truth, found: [found(0, 0.9)] }])).toEqual({
    found: 1,
    count: 1,
    recall: 1,
  });
});

test('which vehicle it was called does not matter, but score and place do', () => {
  const truth = [vehicle(0), vehicle(100), vehicle(200)];
  const boxes = [found(0, 0.9, 'truck'), found(100, 0.3), found(230, 0.9)];
  expect(vehicleRecall([{ truth, found: boxes }])).toMatchObject({ found: 1, count: 3 });
});

test('two detections of one vehicle find one', () => {
  const truth = [vehicle(0), vehicle(100)];
  expect(vehicleRecall([{ truth, found: [found(0, 0.9), found(2, 0.8)] }]).recall).toBe(0.5);
});
