import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Task } from '../../src/bundle/manifest.js';
import { Conductor } from '../../src/pipeline/conductor.js';
import { totalDrops } from '../../src/pipeline/drop-counts.js';
import { type FramePlan, type FramePlanner, fullPlan } from '../../src/pipeline/frame-plan.js';
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
function rig(
  lanes: Task[][],
  deadlineNs: Partial<Record<Task, bigint>> = {},
  planFrame: FramePlanner = () => fullPlan,
) {
  const running = new Map<number, { job: LaneJob; input: string | undefined }>();
  const released: number[] = [];
  const published: FrameOutcome<string>[] = [];
  const accepted: string[] = [];
  const droppedIds: number[] = [];
  const conductor = new Conductor<string>(
    { graph: planStages(lanes), deadlineNs, planFrame },
    {
      dispatch: (lane, job, _frame, input) => {
        if (running.has(lane)) throw new Error(`lane ${lane} was given a second job`);
        running.set(lane, { job, input });
      },
      release: (slot) => released.push(slot),
    },
    {
      publish: (outcome) => published.push(outcome),
      accept: (frame, result) => accepted.push(`${result.split('@')[0]}@${frame.id}`),
      drop: (frame) => droppedIds.push(frame.id),
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
    accepted,
    droppedIds,
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

describe('two stages that read one answer, in a lane of their own', () => {
  test('are each run once, and neither takes the place of the other', () => {
    const { arrive, finish, running, states, released } = rig([['detection'], ['signs', 'lights']]);
    arrive(0);
    finish(0);
    const ran: Task[] = [];
    while (running.has(1)) {
      ran.push(...running.get(1)!.job.stages);
      finish(1);
    }
    expect(ran).toEqual(['signs', 'lights']);
    expect(states()).toEqual([{ id: 0, detection: 'ok', signs: 'ok', lights: 'ok' }]);
    expect(released).toEqual([100]);
  });

  test('are both late, or both without input, as the answer is', () => {
    const late = rig([['detection'], ['signs', 'lights']], { detection: 10n });
    late.arrive(0);
    late.conductor.checkDeadlines(20n);
    expect(late.states()).toEqual([{ id: 0, detection: 'late', signs: 'late', lights: 'late' }]);
    const failed = rig([['detection'], ['signs', 'lights']]);
    failed.arrive(0);
    failed.conductor.laneDied(0, 'ERR_LANE', 'killed');
    expect(failed.states()).toEqual([
      { id: 0, detection: 'failed', signs: 'skipped', lights: 'skipped' },
    ]);
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
    conductor.laneDied(0, 'ERR_LANE', 'killed');
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

describe('the plan of a frame', () => {
  const thinned: FramePlanner = ({ id }) => ({
    mode: 'thinned',
    withheld:
      id % 2 === 0
        ? new Map()
        : new Map([['segmentation', { state: 'skipped', reason: 'degraded' }]]),
    signs: 'all',
  });

  test('withholds a stage, and nothing waits for it', () => {
    const { arrive, finish, published, states } = rig(
      [['steering'], ['segmentation']],
      {},
      thinned,
    );
    arrive(0);
    finish(0);
    finish(1);
    arrive(1);
    finish(0);
    expect(states()[1]).toEqual({ id: 1, segmentation: 'skipped', steering: 'ok' });
    expect(published[1]?.stages.get('segmentation')).toMatchObject({ reason: 'degraded' });
    expect(published[1]?.mode).toBe('thinned');
  });

  test('does not take the place of a waiting frame where it withholds the stage', () => {
    const { arrive, finish, running, states } = rig([['steering'], ['segmentation']], {}, thinned);
    arrive(0);
    arrive(2);
    arrive(3);
    finish(1);
    expect(running.get(1)?.job.frameId).toBe(2);
    for (const lane of [1, 0, 0]) finish(lane);
    expect(states().map(({ id }) => id)).toEqual([0, 2, 3]);
  });

  test('that leaves nothing to run is a drop of that reason', () => {
    const { arrive, finish, conductor, droppedIds, released } = rig(
      [['segmentation']],
      {},
      thinned,
    );
    arrive(0);
    arrive(1);
    expect(conductor.openFrames).toBe(2);
    finish(0);
    expect(conductor.drops.snapshot()).toEqual({ degraded: 1 });
    expect(droppedIds).toEqual([1]);
    expect(released.sort()).toEqual([100, 101]);
  });

  test('gives a frame up at once, for the reason that it says', () => {
    const dropOdd: FramePlanner = ({ id }) =>
      id % 2 === 0 ? fullPlan : { ...fullPlan, dropReason: 'ring_full' };
    const { arrive, finish, published, released, running } = rig([['steering']], {}, dropOdd);
    arrive(1);
    expect(running.size).toBe(0);
    expect(released).toEqual([101]);
    arrive(2);
    finish(0);
    expect(published[0]).toMatchObject({ frame: { id: 2 }, drops: { ring_full: 1 } });
  });

  test('sends signs after the boxes are known where only some are read', () => {
    const sparse: FramePlanner = () => ({ ...fullPlan, signs: 'newOrGrown' });
    const { accepted, arrive, finish, running } = rig([['detection', 'signs']], {}, sparse);
    arrive(0);
    expect(running.get(0)?.job.stages).toEqual(['detection']);
    finish(0);
    expect(accepted).toEqual(['detection@0']);
    expect(running.get(0)).toMatchObject({ job: { stages: ['signs'] }, input: 'detection@0' });
  });
});

describe('one lane that is too slow for its camera', () => {
  /** Milliseconds; 150 a frame, and a frame every 33. */
  const costMs: Record<Task, number> = {
    steering: 5,
    detection: 70,
    signs: 5,
    lights: 5,
    segmentation: 70,
    novelty: 1,
  };

  /** Runs `seconds` on a made-up clock; says how old each frame was when each stage had answered. */
  function simulate(lane: Task[], seconds: number) {
    const { accepted, arrive, conductor, running } = rig([lane]);
    const agesMs: Record<Task, number[]> = {
      steering: [],
      detection: [],
      signs: [],
      lights: [],
      segmentation: [],
      novelty: [],
    };
    let nowMs = 0;
    let nextFrame = 0;
    const arriveUntil = (ms: number) => {
      while (nextFrame * 33 <= ms) arrive(nextFrame++);
    };
    arriveUntil(0);
    while (nowMs < seconds * 1000) {
      const { job } = running.get(0)!;
      for (const stage of job.stages) {
        nowMs += costMs[stage];
        arriveUntil(nowMs - 1);
        conductor.stageDone(job.frameId, stage, done(`${stage}@${job.frameId}`));
        agesMs[stage].push(nowMs - job.frameId * 33);
      }
      running.delete(0);
      conductor.jobDone(0);
      if (!running.has(0)) {
        nowMs = nextFrame * 33;
        arriveUntil(nowMs);
      }
    }
    return { agesMs, accepted, published: conductor.framesPublished };
  }

  test('steers about twice as often when steering may pass, and still completes its frames', () => {
    const passing = simulate(['steering', 'detection', 'signs', 'segmentation'], 30);
    const waiting = simulate(['detection', 'signs', 'segmentation', 'steering'], 30);
    const worst = (agesMs: number[]) => Math.max(...agesMs);
    expect(passing.agesMs.steering.length).toBeGreaterThan(1.8 * waiting.agesMs.steering.length);
    expect(worst(passing.agesMs.steering)).toBeLessThan(worst(waiting.agesMs.steering) - 50);
    // Nothing starves: what passes is small.
    const whole = passing.agesMs.segmentation.length;
    expect(whole).toBeGreaterThan(0.9 * waiting.agesMs.segmentation.length);
    expect(passing.agesMs.signs.length).toBeGreaterThanOrEqual(whole);
  });

  test('answers of one stage come in order of their frames', () => {
    const lane: Task[] = ['steering', 'detection', 'signs', 'segmentation'];
    const { accepted } = simulate(lane, 10);
    for (const stage of lane) {
      const ids = accepted
        .filter((answer) => answer.startsWith(`${stage}@`))
        .map((answer) => Number(answer.split('@')[1]));
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      expect(ids.length).toBeGreaterThan(30);
    }
  });
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
  const lanes = fc.constantFrom<Task[][]>(
    [['detection'], ['steering', 'signs'], ['segmentation']],
    [['detection'], ['signs', 'lights'], ['steering', 'segmentation']],
    [['steering', 'detection', 'signs'], ['segmentation'], []],
    [['steering', 'detection', 'signs', 'segmentation'], [], []],
  );
  const plans = fc.array(
    fc.constantFrom<FramePlan>(
      fullPlan,
      { ...fullPlan, signs: 'newOrGrown' },
      { ...fullPlan, dropReason: 'overtaken' },
      {
        ...fullPlan,
        withheld: new Map([['segmentation', { state: 'skipped', reason: 'degraded' }]]),
      },
      { ...fullPlan, withheld: new Map([['detection', { state: 'late' }]]) },
    ),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), lanes, plans, (steps, laid, plans) => {
      const { accepted, conductor, arrive, finish, running, published, released } = rig(
        laid,
        { segmentation: 3000n, detection: 4000n },
        ({ id }) => plans[id % plans.length]!,
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
          conductor.laneDied(step.lane, 'ERR_LANE', 'killed');
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
      const placed = laid.flat();
      for (const { stages } of published) expect(stages.size).toBe(placed.length);
      for (const stage of placed) {
        const of = accepted.filter((answer) => answer.startsWith(`${stage}@`));
        const order = of.map((answer) => Number(answer.split('@')[1]));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 300 },
  );
});
