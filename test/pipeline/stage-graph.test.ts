import { expect, test } from 'vitest';
import { planStages } from '../../src/pipeline/stage-graph.js';

test('stages of a lane run in the order of the file', () => {
  const { lanes } = planStages([['steering', 'segmentation'], ['detection']]);
  expect(lanes.map(({ name }) => name)).toEqual(['steering+segmentation', 'detection']);
  expect(lanes[0]!.jobs).toEqual([{ stages: ['steering', 'segmentation'] }]);
});

test('signs follow detection in its lane, wherever the file put them', () => {
  const { lanes } = planStages([['signs', 'detection', 'steering']]);
  expect(lanes[0]!.jobs).toEqual([{ stages: ['detection', 'signs', 'steering'] }]);
});

test('signs in another lane become a job of their own that waits for detection', () => {
  const { lanes } = planStages([['detection'], ['signs', 'steering'], ['segmentation']]);
  expect(lanes[1]!.jobs).toEqual([
    { stages: ['steering'] },
    { stages: ['signs'], after: 'detection' },
  ]);
});

test('a lane of signs alone has only the job that waits', () => {
  const { lanes } = planStages([['detection'], ['signs']]);
  expect(lanes[1]!.jobs).toEqual([{ stages: ['signs'], after: 'detection' }]);
});

test('results stand in one order, whatever the lanes', () => {
  expect(planStages([['steering'], ['signs', 'detection']]).stages).toEqual([
    'detection',
    'signs',
    'steering',
  ]);
});
