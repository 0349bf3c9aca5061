import { describe, expect, it } from 'vitest';
import type { DetectionSample } from '../../../tools/datasets/sample.js';
import { checkRecipe } from '../../../tools/train/recipe.js';
import { SampleOrder } from '../../../tools/train/sample-order.js';
import { detectionTraining } from '../../../tools/train/tasks/detection.js';

const sample = (id: string, classes: string[], weight = 1): DetectionSample => ({
  id,
  group: id,
  boxes: classes.map((className) => ({ className, boxXyxyPx: [0, 0, 9, 9], weight })),
  load: () => Promise.reject(new Error('not asked for')),
});
const samples = [
  sample('light', ['traffic_light', 'car']),
  sample('car', ['car']),
  sample('nothing', []),
  sample('perhaps', ['traffic_light'], 0),
];
const dataset = { task: 'detection' as const, name: 'made', licence: '', samples, problems: [] };
const recipeOf = (repeat: Record<string, number>) =>
  checkRecipe(
    {
      task: 'detection',
      seed: 1,
      epochs: 1,
      samplesPerEpoch: 1,
      batch: 1,
      optimizer: { peakRate: 0.001 },
      augmentation: {},
      data: [{ format: 'voc', folder: 'made', repeat }],
    },
    'test',
  );

describe('repeated classes', () => {
  it('come so many times a round, every other sample once', () => {
    const [source] = recipeOf({ traffic_light: 3, car: 2 }).data;
    const order = new SampleOrder([{ dataset, weight: 1, source: source! }], 5);
    const round = Array.from({ length: 7 }, (_, place) => order.at(place).id).sort();
    expect(round).toEqual(['car', 'car', 'light', 'light', 'light', 'nothing', 'perhaps']);
    expect(order.count).toBe(4);
  });

  it('must be classes', () => {
    expect(() => detectionTraining(recipeOf({ lamp: 2 }))).toThrow(
      /data made: repeat: expected classes of .*found "lamp"/,
    );
  });
});
