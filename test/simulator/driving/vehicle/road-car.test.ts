import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Disturbances } from '../../../../simulator/driving/vehicle/disturbances.js';
import { egoCar } from '../../../../simulator/driving/vehicle/ego-car.js';
import { locate } from '../../../../simulator/driving/vehicle/locate.js';
import { lookAheadM, pursueLane } from '../../../../simulator/driving/vehicle/pure-pursuit.js';
import { RoadCar } from '../../../../simulator/driving/vehicle/road-car.js';
import { Random } from '../../../../simulator/world/random.js';
import { Road, randomCurvatures } from '../../../../simulator/world/road.js';

const winding = new Road(randomCurvatures(new Random(4), 900, 60, 0.2, 0.9), []);
const circle = new Road(new Float64Array(600).fill(1 / 100), []);

test('a place beside the road is found again from its point, from anywhere near', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 20, max: 850, noNaN: true }),
      fc.double({ min: -6, max: 6, noNaN: true }),
      fc.double({ min: -4, max: 4, noNaN: true }),
      (sM, dM, awayM) => {
        const [x, y] = winding.toWorld(sM, dM);
        const found = locate(winding, x, y, sM + awayM);
        expect(found.sM).toBeCloseTo(sM, 2);
        expect(found.dM).toBeCloseTo(dM, 2);
      },
    ),
  );
});

test('a car put on the lane of a circle with its wheels left alone stays on it', () => {
  const car = new RoadCar(circle, { sM: 20, dM: -1.6, yawRad: 0 }, 10);
  car.advance(20);
  expect(car.place.dM).toBeCloseTo(-1.6, 1);
  // 10 m/s on the outer of the two circles: less of the centre line passes by.
  expect(car.place.sM).toBeCloseTo(20 + 200 / (1 + 1.6 / 100), 0);
});

test('pure pursuit brings a car that strayed back to its lane and keeps it there in the wind', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -0.6, max: 0.6, noNaN: true }),
      fc.double({ min: -0.1, max: 0.1, noNaN: true }),
      fc.integer({ min: 0, max: 1000 }),
      (offsetM, yawRad, seed) => {
        const laneDM = -1.7;
        const disturbances = new Disturbances(seed, 900, 1);
        const car = new RoadCar(
          winding,
          { sM: 30, dM: laneDM + offsetM, yawRad },
          12,
          disturbances,
        );
        for (let frame = 0; frame < 700; frame++) {
          const { steeringRad } = pursueLane(winding, car.place, laneDM, lookAheadM(12));
          car.steer(steeringRad);
          car.advance(0.05);
          if (frame > 100) expect(Math.abs(car.place.dM - laneDM)).toBeLessThan(0.45);
        }
      },
    ),
    { numRuns: 4 },
  );
});

test('wheels lie half a width to both sides, and further out where the car stands askew', () => {
  const straight = new Road(new Float64Array(200), []);
  const car = new RoadCar(straight, { sM: 50, dM: 1, yawRad: 0.1 }, 0);
  const [rearLeft, rearRight, frontLeft, frontRight] = car.wheelOffsetsM();
  const half = (egoCar.widthM / 2) * Math.cos(0.1);
  const ahead = egoCar.wheelbaseM * Math.sin(0.1);
  expect(rearLeft).toBeCloseTo(1 + half, 6);
  expect(rearRight).toBeCloseTo(1 - half, 6);
  expect(frontLeft).toBeCloseTo(1 + ahead + half, 6);
  expect(frontRight).toBeCloseTo(1 + ahead - half, 6);
});

test('the same seed blows the same wind; without strength there is none', () => {
  const first = new Disturbances(7, 500, 1);
  const second = new Disturbances(7, 500, 1);
  const still = new Disturbances(7, 500, 0);
  let most = 0;
  for (let timeS = 0; timeS < 30; timeS += 0.37) {
    const push = first.at(timeS, timeS * 12, 12);
    expect(second.at(timeS, timeS * 12, 12)).toEqual(push);
    const calm = still.at(timeS, timeS * 12, 12);
    expect(Math.abs(calm.curvaturePerM) + Math.abs(calm.pitchRad)).toBe(0);
    most = Math.max(most, Math.abs(push.curvaturePerM));
  }
  expect(most).toBeGreaterThan(0.0004);
  expect(most).toBeLessThan(0.01);
});
