import { beforeAll, expect, test } from 'vitest';
import {
  type Controller,
  constantController,
  referenceController,
} from '../../../../simulator/driving/loop/controller.js';
import { type LoopRun, roadNeededM, runLoop } from '../../../../simulator/driving/loop/run-loop.js';
import { SimulatedDrive } from '../../../../simulator/driving/loop/simulated-drive.js';
import { loadAssets } from '../../../../simulator/world/assets.js';

// Signs are drawn and textures woven at the first use: seconds, but minutes on a machine with more to do.
beforeAll(async () => {
  await loadAssets();
});

/** Nothing is drawn for drivers without eyes, so that minutes take a second. */
async function drive(controller: Controller, seed: number, changes: Partial<LoopRun> = {}) {
  const seconds = changes.seconds ?? 60;
  const setup = { seed, widthPx: 64, heightPx: 64, speedMps: 12, disturbance: 1 };
  const lengthM = roadNeededM(seconds, 12);
  const road = await SimulatedDrive.open({ ...setup, lengthM, weather: 'plain' });
  return runLoop({ drive: road, controller, seed, seconds, rateHz: 20, latencyS: 0, ...changes });
}

test.each([1, 2])(
  'who knows the road drives seed %i without help, in the lane’s middle',
  async (seed) => {
    const result = await drive(referenceController, seed);
    expect(result).toMatchObject({ autonomy: 100, interventions: 0, unanswered: 0, seed });
    expect(result.elapsedS).toBeCloseTo(60, 6);
    expect(result.meanOffsetM).toBeLessThan(0.15);
    expect(result.p95OffsetM).toBeGreaterThan(result.meanOffsetM);
    expect(result.drivenM).toBeGreaterThan(690);
  },
);

test('later answers cost the reference comfort, not its lane', async () => {
  const prompt = await drive(referenceController, 3);
  const late = await drive(referenceController, 3, { latencyS: 0.15 });
  expect(late.interventions).toBe(0);
  expect(late.jerkP95).toBeGreaterThan(prompt.jerkP95);
  expect(late.meanOffsetM).toBeLessThan(0.15);
});

test('still wheels leave the lane at bends: six seconds are lost at each', async () => {
  const result = await drive(constantController(0), 1);
  expect(result.interventions).toBeGreaterThan(3);
  expect(result.autonomy).toBeCloseTo(100 * (1 - (6 * result.interventions) / result.elapsedS), 9);
  expect(result.elapsedS).toBeGreaterThanOrEqual(60);
});

test('the same drive twice is the same, another seed another one', async () => {
  const once = await drive(constantController(0.01), 8, { seconds: 20 });
  expect(await drive(constantController(0.01), 8, { seconds: 20 })).toEqual(once);
  expect(await drive(constantController(0.01), 9, { seconds: 20 })).not.toEqual(once);
});

test('a driver who falls silent for good: the car brakes to a stand, and the run says so', async () => {
  const silentFromS = 4;
  const angles: (number | undefined)[] = [];
  const fading: Controller = {
    name: 'fading',
    problem: 'fell asleep',
    steer: async (view) => (view.timeS < silentFromS ? referenceController.steer(view) : undefined),
    close: async () => {},
  };
  const result = await drive(fading, 2, {
    onFrame: ({ angleRad }) => {
      angles.push(angleRad);
    },
  });
  expect(result.stopped).toBe('fell asleep');
  // 12 m/s at 4 m/s² take 3 s.
  expect(result.elapsedS).toBeCloseTo(silentFromS + 3, 0);
  expect(result.unanswered).toBe(angles.filter((angle) => angle === undefined).length);
  expect(result.drivenM).toBeLessThan(silentFromS * 12 + 12 ** 2 / 8 + 2);
});

test('a driver who misses a frame now and then slows down and drives on', async () => {
  let frame = 0;
  const hesitant: Controller = {
    name: 'hesitant',
    steer: async (view) => (frame++ % 10 === 9 ? undefined : referenceController.steer(view)),
    close: async () => {},
  };
  const result = await drive(hesitant, 2, { seconds: 20 });
  expect(result.stopped).toBeUndefined();
  expect(result.unanswered).toBe(40);
  expect(result.autonomy).toBe(100);
  expect(result.drivenM).toBeLessThan(12 * 20);
});
