import { beforeAll, expect, test } from 'vitest';
import { DriveEnvironment } from '../../../../simulator/driving/environment/drive-environment.js';
import { rewardOf } from '../../../../simulator/driving/environment/reward.js';
import { loadAssets } from '../../../../simulator/world/assets.js';

// Signs are drawn and textures woven at the first use: seconds, but minutes on a machine with more to do.
beforeAll(async () => {
  await loadAssets();
});

const small = { widthPx: 64, heightPx: 64, rateHz: 5, seconds: 2 };

test('an episode of the same seed and actions is the same, step by step', async () => {
  const environment = new DriveEnvironment(small);
  const play = async (seed: number) => {
    const { observation } = await environment.reset(seed);
    const steps = [0.01, -0.02, 0.015].map((steeringRad) => environment.step({ steeringRad }));
    return { first: observation, steps };
  };
  const once = await play(3);
  const again = await play(3);
  expect(again.steps.map(({ reward, info }) => ({ reward, info }))).toEqual(
    once.steps.map(({ reward, info }) => ({ reward, info })),
  );
  const pictures = [once, again].map(({ steps }) => steps.at(-1)!.observation.image.data);
  expect(Buffer.compare(pictures[0]!, pictures[1]!)).toBe(0);
  expect(Buffer.compare(once.first.image.data, pictures[0]!)).not.toBe(0);
  expect(once.first.image).toMatchObject({ widthPx: 64, heightPx: 64 });
});

test('the reference’s own angles reach the end of the time, which truncates; then reset is due', async () => {
  const environment = new DriveEnvironment(small);
  let { info } = await environment.reset(4);
  for (let step = 1; step <= 10; step++) {
    const result = environment.step({ steeringRad: info.referenceRad });
    info = result.info;
    expect(result.terminated).toBe(false);
    expect(result.truncated).toBe(step === 10);
    expect(result.reward).toBeGreaterThan(1);
  }
  expect(info.timeS).toBeCloseTo(2, 6);
  expect(() => environment.step({ steeringRad: 0 })).toThrow(/reset/);
});

test('wheels hard to one side leave the lane, which terminates with a penalty', async () => {
  const environment = new DriveEnvironment(small);
  await environment.reset(5);
  let last = environment.step({ steeringRad: -9 });
  while (!last.terminated && !last.truncated) last = environment.step({ steeringRad: -9 });
  expect(last.terminated).toBe(true);
  expect(last.reward).toBeLessThan(-10);
  // Limited to what the wheels can do.
  expect(last.observation.steeringRad).toBeGreaterThanOrEqual(
    DriveEnvironment.actionSpace.steeringRad[0],
  );
});

test('braking slows the car; an action that is no number is refused', async () => {
  const environment = new DriveEnvironment(small);
  await environment.reset(6);
  const { observation } = environment.step({ steeringRad: 0, accelerationMps2: -50 });
  expect(observation.speedMps).toBeCloseTo(12 - 5 / 5, 6);
  expect(() => environment.step({ steeringRad: Number.NaN })).toThrow(/number/);
  await expect(environment.reset(-1)).rejects.toThrow(/seed/);
});

test('a metre on the centre is worth most, at the border nothing', () => {
  const at = (offsetM: number) =>
    rewardOf({ progressM: 1, offsetM, laneWidthM: 3.4, turnedRad: 0, isFailed: false });
  expect(at(0)).toBe(1);
  expect(at(0.4)).toBeCloseTo(at(-0.4), 12);
  expect(at(0.4)).toBeCloseTo(0.75, 9);
  expect(at(0.8)).toBeCloseTo(0, 9);
});
