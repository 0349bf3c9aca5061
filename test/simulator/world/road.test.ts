import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../simulator/world/random.js';
import { Road, randomCurvatures } from '../../../simulator/world/road.js';

test('a road of constant curvature is a circle', () => {
  const radiusM = 50;
  const road = new Road(new Float64Array(400).fill(1 / radiusM), []);
  for (const s of [0, 40, 123.5, 300]) {
    const { x, y, headingRad } = road.at(s);
    expect(Math.hypot(x, y - radiusM)).toBeCloseTo(radiusM, 1);
    expect(headingRad).toBeCloseTo(s / radiusM, 6);
  }
});

test('places beside the road are to the left of its direction', () => {
  const road = new Road(new Float64Array(100), []);
  expect(road.toWorld(30, 4, 1)).toEqual([30, 4, 1]);
});

test('random roads turn no tighter than asked and change curvature by clothoids', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 40, max: 300 }),
      (seed, radius) => {
        const curvatures = randomCurvatures(new Random(seed), 600, radius, 0.3);
        for (let i = 1; i < curvatures.length; i++) {
          expect(Math.abs(curvatures[i]!)).toBeLessThanOrEqual(1 / radius + 1e-12);
          expect(Math.abs(curvatures[i]! - curvatures[i - 1]!)).toBeLessThanOrEqual(
            1 / radius / 21,
          );
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('hills change the height and nothing else', () => {
  const curvatures = randomCurvatures(new Random(3), 300, 80, 0.3);
  const flat = new Road(curvatures, []);
  const hilly = new Road(curvatures, [{ amplitudeM: 2, lengthM: 100, phaseRad: 0 }]);
  expect(hilly.at(25).z).toBeCloseTo(2, 2);
  expect(flat.at(25).z).toBe(0);
  expect(hilly.at(200).x).toBe(flat.at(200).x);
});

test('a road told to keep its heading always goes on, and turns as tightly as any', () => {
  for (let seed = 0; seed < 20; seed++) {
    const curvatures = randomCurvatures(new Random(seed), 8000, 60, 0.2, 0.9);
    const road = new Road(curvatures, []);
    let lastX = Number.NEGATIVE_INFINITY;
    for (let sM = 0; sM <= 8000; sM += 20) {
      const { x, headingRad } = road.at(sM);
      expect(Math.abs(headingRad)).toBeLessThan(0.99);
      expect(x).toBeGreaterThan(lastX);
      lastX = x;
    }
    const tightest = Math.max(...curvatures.map(Math.abs));
    expect(tightest).toBeGreaterThan(1 / 80);
  }
});
