import fc from 'fast-check';
import { expect, test } from 'vitest';
import { egoCar } from '../../../../simulator/driving/vehicle/ego-car.js';
import {
  advanceBicycle,
  type BicycleState,
  pathCurvature,
} from '../../../../simulator/driving/vehicle/kinematic-bicycle.js';

const start: BicycleState = { xM: 3, yM: -2, yawRad: 0.7, speedMps: 8, steeringRad: 0 };

function drive(state: BicycleState, seconds: number, dtS: number, accelerationMps2 = 0) {
  let now = state;
  for (let step = 0; step < Math.round(seconds / dtS); step++)
    now = advanceBicycle(now, accelerationMps2, dtS);
  return now;
}

test('with the wheels held, the rear axle drives a circle of radius wheelbase / tan(steering)', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.02, max: 0.5, noNaN: true }),
      fc.boolean(),
      fc.double({ min: 1, max: 6, noNaN: true }),
      fc.double({ min: 0.003, max: 0.2, noNaN: true }),
      (angleRad, isLeft, speedMps, dtS) => {
        const steeringRad = isLeft ? angleRad : -angleRad;
        const radiusM = egoCar.wheelbaseM / Math.tan(steeringRad);
        fc.pre(speedMps ** 2 / Math.abs(radiusM) < egoCar.maxLateralMps2);
        const centreX = start.xM - radiusM * Math.sin(start.yawRad);
        const centreY = start.yM + radiusM * Math.cos(start.yawRad);
        let now: BicycleState = { ...start, speedMps, steeringRad };
        for (let step = 1; step <= 50; step++) {
          now = advanceBicycle(now, 0, dtS);
          const distanceM = Math.hypot(now.xM - centreX, now.yM - centreY);
          expect(distanceM).toBeCloseTo(Math.abs(radiusM), 6);
          expect(now.yawRad - start.yawRad).toBeCloseTo((speedMps * step * dtS) / radiusM, 6);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('after one turn of the circle the car is where it began', () => {
  const steeringRad = 0.2;
  const lapS = (2 * Math.PI * egoCar.wheelbaseM) / Math.tan(steeringRad) / start.speedMps;
  const end = drive({ ...start, steeringRad }, lapS, lapS / 400);
  expect(end.xM).toBeCloseTo(start.xM, 6);
  expect(end.yM).toBeCloseTo(start.yM, 6);
});

test('halving the step of a weaving, accelerating drive quarters the error', () => {
  const weave = (dtS: number): BicycleState => {
    let now = start;
    for (let step = 0; step < Math.round(4 / dtS); step++) {
      const steeringRad = 0.15 * Math.sin((step + 0.5) * dtS * 2);
      now = advanceBicycle({ ...now, steeringRad }, 0.5, dtS);
    }
    return now;
  };
  const truth = weave(0.0005);
  const errorOf = (dtS: number) => {
    const end = weave(dtS);
    return Math.hypot(end.xM - truth.xM, end.yM - truth.yM);
  };
  const errors = [0.16, 0.08, 0.04].map(errorOf) as [number, number, number];
  expect(errors[0] / errors[1]).toBeGreaterThan(3.4);
  expect(errors[1] / errors[2]).toBeGreaterThan(3.4);
  expect(errors[2]).toBeLessThan(0.02);
});

test('the speed gained is the acceleration’s, and the way squares with its energy', () => {
  const accelerationMps2 = 1.5;
  const end = drive({ ...start, yawRad: 0 }, 4, 0.01, accelerationMps2);
  const wayM = Math.hypot(end.xM - start.xM, end.yM - start.yM);
  // v² - v0² = 2 a s: kinetic energy is what the force did along the way.
  expect(end.speedMps ** 2 - start.speedMps ** 2).toBeCloseTo(2 * accelerationMps2 * wayM, 6);
});

test('a braking car comes to a stand after v² / 2a, and stays there', () => {
  const end = drive({ ...start, yawRad: 0 }, 5, 0.07, -4);
  expect(end.speedMps).toBe(0);
  expect(Math.hypot(end.xM - start.xM, end.yM - start.yM)).toBeCloseTo(8 ** 2 / 8, 6);
});

test('sideways acceleration never exceeds what the tyres hold', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      fc.double({ min: 0.1, max: 60, noNaN: true }),
      (steeringRad, speedMps) => {
        const curvaturePerM = pathCurvature(steeringRad, speedMps);
        expect(Math.abs(curvaturePerM) * speedMps ** 2).toBeLessThan(egoCar.maxLateralMps2 + 1e-9);
        const free = Math.tan(steeringRad) / egoCar.wheelbaseM;
        if (Math.abs(free) * speedMps ** 2 < egoCar.maxLateralMps2)
          expect(curvaturePerM).toBe(free);
      },
    ),
  );
});
