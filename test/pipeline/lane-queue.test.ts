import { expect, test } from 'vitest';
import type { Task } from '../../src/bundle/manifest.js';
import { LaneQueue } from '../../src/pipeline/lane-queue.js';
import { planStages } from '../../src/pipeline/stage-graph.js';

/** One lane, ready; frames are offered whole. */
function laneOf(...stages: Task[]) {
  const plan = planStages([stages]).lanes[0]!;
  const queue = new LaneQueue(plan);
  queue.isReady = true;
  const offer = (frameId: number, isApart = false) =>
    queue.offer({ frameId, jobIndex: 0, stages: plan.jobs[0]!.stages, isApart });
  /** Ends what runs and starts the next: `stage+stage@frame`, or undefined when the lane is idle. */
  const next = () => {
    queue.endRunning();
    const part = queue.startNext();
    return part && `${part.job.stages.join('+')}@${part.job.frameId}${part.hasRest ? '…' : ''}`;
  };
  return { queue, offer, next };
}
const all: Task[] = ['steering', 'detection', 'signs', 'segmentation'];

test('steering of a newer frame passes segmentation of an older one, and nothing else does', () => {
  const { offer, next } = laneOf(...all);
  offer(0);
  expect(next()).toBe('steering+detection+signs@0…');
  offer(1);
  expect(next()).toBe('steering@1…');
  expect(next()).toBe('segmentation@0');
  expect(next()).toBe('detection+signs@1…');
  expect(next()).toBe('segmentation@1');
  expect(next()).toBeUndefined();
});

test('what an urgent stage left behind is overtaken like any frame that has not begun', () => {
  const { offer, next } = laneOf(...all);
  offer(0);
  next();
  offer(1);
  expect(next()).toBe('steering@1…');
  expect(offer(2)).toMatchObject({ frameId: 1, stages: ['detection', 'signs', 'segmentation'] });
  expect(next()).toBe('segmentation@0');
  expect(next()).toBe('steering+detection+signs@2…');
});

test('what was passed once is not passed again: steering that fills the lane starves nobody', () => {
  const { offer, next } = laneOf(...all);
  let frameId = 0;
  const run: (string | undefined)[] = [];
  for (let part = 0; part < 6; part++) {
    // While each part runs, a newer frame comes.
    offer(frameId++);
    run.push(next());
  }
  expect(run).toEqual([
    'steering+detection+signs@0…',
    'steering@1…',
    'segmentation@0',
    'steering+detection+signs@3…',
    'steering@4…',
    'segmentation@3',
  ]);
});

test('a lane without steering is handed its stages all at once', () => {
  const { offer, next } = laneOf('detection', 'signs', 'segmentation');
  offer(0);
  offer(1);
  expect(next()).toBe('detection+signs+segmentation@1');
});

test('steering that the file puts behind another stage is in no hurry', () => {
  const { offer, next } = laneOf('segmentation', 'steering');
  offer(0);
  expect(next()).toBe('segmentation+steering@0');
});

test('stages go apart where that is asked for', () => {
  const { offer, next } = laneOf('detection', 'signs', 'segmentation');
  offer(0, true);
  expect([next(), next(), next()]).toEqual(['detection@0…', 'signs@0…', 'segmentation@0']);
});

test('the rest of a job that was begun is withdrawn when nobody needs it, and taken when the lane dies', () => {
  const { queue, offer, next } = laneOf(...all);
  offer(0);
  next();
  expect(queue.withdraw(({ stages }) => stages.includes('segmentation'))).toMatchObject([
    { frameId: 0, stages: ['segmentation'] },
  ]);
  expect(next()).toBeUndefined();
  offer(1);
  next();
  expect(queue.takeBegun()).toMatchObject({ frameId: 1, stages: ['segmentation'] });
  expect(queue.takeBegun()).toBeUndefined();
});
