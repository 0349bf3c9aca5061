import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Task } from '../../src/bundle/manifest.js';
import { Conductor } from '../../src/pipeline/conductor.js';
import { totalDrops } from '../../src/pipeline/drop-counts.js';
import type { CapturedFrame, FrameOutcome, StageOutcome } from '../../src/pipeline/frame-record.js';
import type { LaneJob } from '../../src/pipeline/lane-queue.js';
import { planStages } from '../../src/pipeline/stage-graph.js';

const noTimes = {
  dispatchNs: 0n,
  startNs: 0n,
  preprocessEndNs: 0n,
  inferenceEndNs: 0n,
  endNs: 0n,
};
const done = (result: string): StageOutcome<string> => ({ state: 'ok', result, times: noTimes });

/** A conductor over lanes that only remember what they were told. */
function rig(lanes: Task[][], deadlineNs: Partial<Record<Task, bigint>> = {}) {
  const running = new Map<number, { job: LaneJob; input: string | undefined }>();
  const released: number[] = [];
  const published: FrameOutcome<string>[] = [];
  const conductor = new Conductor<string>(
    { graph: planStages(lanes), deadlineNs },
    {
      dispatch: (lane, job, _frame, input) => {
        if (running.has(lane)) throw new Error(`lane ${lane} was given a second job`);
        running.set(lane, { job, input });
      },
      release: (slot) => released.push(slot),
      publish: (outcome) => published.push(outcome),
    },
  );
  lanes.forEach((_, lane) => {
    conductor.laneReady(lane);
  });
  return {
    conductor,
    running,
    released,
    published,
    /** Frame `id` arrives in slot `id + 100`, captured `id` microseconds after the start. */
    arrive(id: number, dropsBefore: Record<string, number> = {}) {
      const captureTimeNs = BigInt(id) * 1000n;
      const frame: CapturedFrame = {
        id,
        slot: id + 100,
        sourceTimeNs: captureTimeNs,
        stampNs: 0n,
        captureTimeNs,
        arrivalTimeNs: captureTimeNs,
        dropsBefore,
      };
      conductor.frameArrived(frame);
    },
    /** The lane answers every stage of its running job. */
    finish(lane: number) {
      const { job } = running.get(lane)!;
      for (const stage of job.stages)
        conductor.stageDone(job.frameId, stage, done(`${stage}@${job.frameId}`));
      running.delete(lane);
      conductor.jobDone(lane);
    },
    states: () =>
      published.map(({ frame, stages }) => ({
        id: frame.id,
        ...Object.fromEntries([...stages].map(([stage, { state }]) => [stage, state])),
      })),
  };
}

describe('newest wins', () => {
  test('a frame waits while the lane is busy, and a newer one takes its place', () => {
    const { conductor, arrive, finish, published, released, running } = rig([['steering']]);
    arrive(0);
    arrive(1);
    arrive(2);
    expect(running.get(0)?.job.frameId).toBe(0);
    expect(released).toEqual([101]);
    finish(0);
    expect(running.get(0)?.job.frameId).toBe(2);
    finish(0);
    expect(published.map(({ frame }) => frame.id)).toEqual([0, 2]);
    expect(published[1]?.drops).toEqual({ overtaken: 1 });
    expect(conductor.drops.snapshot()).toEqual({ overtaken: 1 });
    expect(conductor.framesIn).toBe(3);
    expect(released.sort()).toEqual([100, 101, 102]);
  });

  test('a frame that one lane saw is published and says what the other skipped', () => {
    const { arrive, finish, states } = rig([['steering'], ['segmentation']]);
    arrive(0);
    finish(0);
    arrive(1);
    finish(0);
    arrive(2);
    finish(0);
    expect(states()).toEqual([]);
    finish(1);
    expect(states()).toEqual([
      { id: 0, steering: 'ok', segmentation: 'ok' },
      { id: 1, steering: 'ok', segmentation: 'skipped' },
    ]);
    finish(1);
    expect(states()[2]).toEqual({ id: 2, steering: 'ok', segmentation: 'ok' });
  });

  test('frames lost before they came are told by the next one that is published', () => {
    const { conductor, arrive, finish, published } = rig([['steering']]);
    arrive(0);
    arrive(3, { ring_full: 2 });
    arrive(4);
    finish(0);
    finish(0);
    expect(published[1]?.drops).toEqual({ overtaken: 1, ring_full: 2 });
    expect(conductor.framesIn).toBe(5);
  });
});

describe('signs in another lane than detection', () => {
  const lanes: Task[][] = [['detection'], ['steering', 'signs']];

  test('start when the boxes are there, and are given them', () => {
    const { arrive, finish, running, states, released } = rig(lanes);
    arrive(0);
    expect(running.get(1)?.job.stages).toEqual(['steering']);
    finish(1);
    expect(running.has(1)).toBe(false);
    finish(0);
    expect(running.get(1)).toMatchObject({ job: { stages: ['signs'] }, input: 'detection@0' });
    expect(released).toEqual([]);
    finish(1);
    expect(released).toEqual([100]);
    expect(states()).toEqual([{ id: 0, detection: 'ok', steering: 'ok', signs: 'ok' }]);
  });

  test('are skipped when detection fails', () => {
    const { conductor, arrive, finish, states } = rig(lanes);
    arrive(0);
    finish(1);
    conductor.stageDone(0, 'detection', { state: 'failed', errorCode: 'ERR_INFERENCE' });
    conductor.jobDone(0);
    expect(states()).toEqual([{ id: 0, detection: 'failed', steering: 'ok', signs: 'skipped' }]);
  });
});

describe('deadlines', () => {
  test('a stage past its deadline is late, the frame leaves, the slot stays until the lane is done', () => {
    const { conductor, arrive, finish, states, released } = rig([['steering'], ['segmentation']], {
      segmentation: 5000n,
    });
    arrive(0);
    finish(0);
    conductor.checkDeadlines(4999n);
    expect(states()).toEqual([]);
    conductor.checkDeadlines(5000n);
    expect(states()).toEqual([{ id: 0, steering: 'ok', segmentation: 'late' }]);
    expect(released).toEqual([]);
    finish(1);
    expect(released).toEqual([100]);
    expect(states()).toHaveLength(1);
  });

  test('a late detection makes its signs late, since they name its boxes', () => {
    const { conductor, arrive, states } = rig([['detection', 'signs']], { detection: 10n });
    arrive(0);
    conductor.checkDeadlines(10n);
    expect(states()).toEqual([{ id: 0, detection: 'late', signs: 'late' }]);
  });

  test('a job that waited past its deadline is not started', () => {
    const { conductor, arrive, finish, running, released } = rig([['steering']], {
      steering: 5000n,
    });
    arrive(0);
    arrive(1);
    conductor.checkDeadlines(6000n);
    expect(released).toEqual([101]);
    finish(0);
    expect(running.has(0)).toBe(false);
    expect(released).toEqual([101, 100]);
  });
});

describe('a lane that dies', () => {
  test('fails what it had not answered, keeps what it had, and takes frames again when it is back', () => {
    const { conductor, arrive, finish, running, states, released } = rig([
      ['steering', 'detection'],
    ]);
    arrive(0);
    conductor.stageDone(0, 'steering', done('straight on'));
    running.delete(0);
    conductor.laneDied(0, 'ERR_LANE');
    expect(states()).toEqual([{ id: 0, steering: 'ok', detection: 'failed' }]);
    expect(released).toEqual([100]);
    arrive(1);
    expect(running.has(0)).toBe(false);
    conductor.laneReady(0);
    finish(0);
    expect(states()[1]).toEqual({ id: 1, steering: 'ok', detection: 'ok' });
  });
});

test('what is open when a run is stopped is counted', () => {
  const { conductor, arrive } = rig([['steering']]);
  arrive(0);
  arrive(1);
  conductor.abandonOpen();
  expect(conductor.openFrames).toBe(0);
  expect(conductor.drops.snapshot()).toEqual({ stopped: 2 });
});

type Step = 'arrive' | 'lose' | 'deadline' | { lane: 0 | 1 | 2; does: 'finish' | 'fail' | 'die' };

test('whatever happens, frames in = published + drops, in order, and every slot comes back once', () => {
  const lane = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>('arrive') },
    fc.constant<Step>('lose'),
    fc.constant<Step>('deadline'),
    {
      weight: 6,
      arbitrary: fc.record({ lane, does: fc.constantFrom('finish', 'finish', 'fail', 'die') }),
    },
  ) as fc.Arbitrary<Step>;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { conductor, arrive, finish, running, published, released } = rig(
        [['detection'], ['steering', 'signs'], ['segmentation']],
        { segmentation: 3000n, detection: 4000n },
      );
      let id = 0;
      let arrived = 0;
      const isDead = [false, false, false];
      for (const step of steps) {
        if (step === 'arrive') {
          arrive(id++, id % 5 === 0 ? { ring_full: 1 } : {});
          arrived++;
        } else if (step === 'lose') id++;
        else if (step === 'deadline') conductor.checkDeadlines(BigInt(id) * 1000n);
        else if (step.does === 'die' && !isDead[step.lane]) {
          running.delete(step.lane);
          conductor.laneDied(step.lane, 'ERR_LANE');
          isDead[step.lane] = true;
        } else if (isDead[step.lane]) {
          isDead[step.lane] = false;
          conductor.laneReady(step.lane);
        } else if (running.has(step.lane) && step.does === 'finish') finish(step.lane);
        else if (running.has(step.lane)) {
          const { job } = running.get(step.lane)!;
          running.delete(step.lane);
          for (const stage of job.stages)
            conductor.stageDone(job.frameId, stage, {
              state: 'failed',
              errorCode: 'ERR_INFERENCE',
            });
          conductor.jobDone(step.lane);
        }
      }
      isDead.forEach((dead, lane) => {
        if (dead) conductor.laneReady(lane);
      });
      while (running.size > 0) for (const lane of [...running.keys()]) finish(lane);
      expect(conductor.openFrames).toBe(0);
      expect(conductor.framesPublished).toBe(published.length);
      expect(conductor.framesIn).toBe(published.length + totalDrops(conductor.drops.snapshot()));
      const ids = published.map(({ frame }) => frame.id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect(new Set(released).size).toBe(released.length);
      expect(released).toHaveLength(arrived);
      for (const { stages } of published) expect(stages.size).toBe(4);
    }),
    { numRuns: 300 },
  );
});
