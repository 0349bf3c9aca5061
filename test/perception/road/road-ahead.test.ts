import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InputSpec } from '../../../src/bundle/input-spec.js';
import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { pixelFromGround } from '../../../src/calibration/ground.js';
import type { MeasuredMount } from '../../../src/calibration/mount.js';
import type { SegmentationResult } from '../../../src/perception/results.js';
import { footPointOf } from '../../../src/perception/road/foot-point.js';
import { RoadAhead } from '../../../src/perception/road/road-ahead.js';
import { hidingOf } from '../../../src/perception/road/road-borders.js';
import { flatRoad, type RoadSurface } from '../../../src/perception/road/road-surface.js';
import { isFootSeen, sizeSightOf } from '../../../src/perception/road/usual-heights.js';
import { encodeRunLengths } from '../../../src/perception/segmentation/run-lengths.js';

const [widthPx, heightPx] = [640, 360];
const camera: CameraModel = {
  kind: 'pinhole',
  widthPx,
  heightPx,
  fxPx: 500,
  fyPx: 500,
  cxPx: 319.5,
  cyPx: 179.5,
  distortion: [],
};
const mount: MeasuredMount = {
  heightM: 1.4,
  pitchRad: 0.03,
  yawRad: 0,
  rollRad: 0,
  heightDeviationM: 0,
  pitchDeviationRad: 0,
  yawDeviationRad: 0,
  rollDeviationRad: 0,
};
const input = { regionNorm: [0, 0, 1, 1], fit: 'stretch', widthPx, heightPx };
const classes = ['verge', 'road', 'car'];
const map = {
  input: input as unknown as InputSpec,
  isDrivable: Uint8Array.from([0, 1, 0]),
  isHiding: hidingOf(classes),
};

/** Where a point of a road that rises by `curvaturePerM` is seen; [u, v] of the intrinsics. */
const seen = (curvaturePerM: number, forwardM: number, leftM: number, upM = 0) => {
  const heightM = mount.heightM - (curvaturePerM * forwardM ** 2) / 2 - upM;
  return pixelFromGround(camera, { ...mount, heightM }, forwardM, leftM)!;
};

/** A class map of a straight road, 7 m wide when nothing is said, the camera in its right lane, up to where a crest hides it. */
function roadMap(curvaturePerM: number, leftM = 5): SegmentationResult {
  const pixels = new Uint8Array(widthPx * heightPx);
  let highest = heightPx;
  for (let forwardM = 2; forwardM < 90; forwardM += 0.02) {
    const [left, v] = seen(curvaturePerM, forwardM, leftM);
    const [right] = seen(curvaturePerM, forwardM, -2);
    const row = Math.round(v);
    if (row >= highest) continue;
    highest = row;
    pixels.fill(
      1,
      row * widthPx + Math.max(0, Math.round(left + 0.5)),
      row * widthPx + Math.min(widthPx, Math.round(right + 0.5)),
    );
  }
  const nothing = new Float32Array(0);
  return {
    widthPx,
    heightPx,
    ...encodeRunLengths(pixels),
    classShares: nothing,
    freeSpaceNorm: nothing,
  };
}

/** The box of a thing that is 1.8 m wide. */
function boxAt(curvaturePerM: number, forwardM: number, leftM: number, tallM: number) {
  const [left, bottom] = seen(curvaturePerM, forwardM, leftM + 0.9);
  const [right] = seen(curvaturePerM, forwardM, leftM - 0.9);
  const [, top] = seen(curvaturePerM, forwardM, leftM, tallM);
  return [left + 0.5, top + 0.5, right + 0.5, bottom + 0.5] as [number, number, number, number];
}

const distanceOn = (road: RoadSurface, box: [number, number, number, number]) =>
  footPointOf(box, camera, mount, road);

describe('the road ahead', () => {
  test.each([-1 / 900, 0, 1 / 700])(
    'is seen in its borders: distances on a curvature of %d hold, and their deviations',
    (curvaturePerM) => {
      const road = new RoadAhead(camera, mount, map);
      const frame = roadMap(curvaturePerM);
      let surface = road.look(frame, [], 0);
      for (let i = 0; i < 10; i++) surface = road.look(frame, [], 0.1);
      for (const forwardM of [12, 22, 32]) {
        const found = distanceOn(surface, boxAt(curvaturePerM, forwardM, 0, 1.5))!;
        expect(Math.abs(found.forwardM / forwardM - 1)).toBeLessThan(0.04);
        expect(Math.abs(found.forwardM - forwardM)).toBeLessThan(2 * found.forwardDeviationM);
      }
      const flat = flatRoad(0);
      const taken = distanceOn(flat, boxAt(curvaturePerM, 32, 0, 1.5));
      if (curvaturePerM !== 0)
        expect(Math.abs((taken?.forwardM ?? 0) / 32 - 1)).toBeGreaterThan(0.2);
    },
  );

  test('is seen in the cars that stand on it, where there is no class map', () => {
    const curvaturePerM = -1 / 900;
    const road = new RoadAhead(camera, mount);
    const boxes = [
      [14, 3],
      [22, 0],
      [34, 4],
    ].map(([forwardM, leftM]) => boxAt(curvaturePerM, forwardM!, leftM!, 1.51));
    const sights = boxes.map((box) => sizeSightOf(box, 'car', camera)!);
    const surface = road.look(undefined, sights, 0);
    const far = footPointOf(boxes[2]!, camera, mount, surface, sights[2])!;
    expect(Math.abs(far.forwardM / 34 - 1)).toBeLessThan(0.15);
    expect(Math.abs(far.leftM / 4 - 1)).toBeLessThan(0.15);
    expect(Math.abs(far.forwardM - 34)).toBeLessThan(2 * far.forwardDeviationM);
    // The plane takes a thing behind a crest, whose foot is low, for near.
    expect(distanceOn(flatRoad(0), boxes[2]!)!.forwardM).toBeLessThan(26);
  });

  test('is the plane where nothing is seen, and less sure than a road that was', () => {
    const empty = { ...roadMap(0), ...encodeRunLengths(new Uint8Array(widthPx * heightPx)) };
    const box = boxAt(0, 25, 0, 1.5);
    const unseen = distanceOn(new RoadAhead(camera, mount, map).look(empty, [], 0.1), box)!;
    const looked = distanceOn(new RoadAhead(camera, mount, map).look(roadMap(0), [], 0.1), box)!;
    expect(unseen.forwardM).toBeCloseTo(25, 1);
    expect(looked.forwardDeviationM).toBeLessThan(unseen.forwardDeviationM);
  });

  test('finds its borders again when the road becomes wider', () => {
    const road = new RoadAhead(camera, mount, map);
    const curvaturePerM = -1 / 900;
    for (let i = 0; i < 10; i++) road.look(roadMap(0), [], 0.1);
    const wide = roadMap(curvaturePerM, 8.5);
    let surface = road.look(wide, [], 0.1);
    for (let i = 0; i < 10; i++) surface = road.look(wide, [], 0.1);
    const found = distanceOn(surface, boxAt(curvaturePerM, 30, 0, 1.5))!;
    expect(Math.abs(found.forwardM / 30 - 1)).toBeLessThan(0.05);
  });
});

test('whatever a frame shows, the surface is one of numbers, and the frames after it are seen', () => {
  const pixel = fc.double({ min: 0, max: widthPx, noNaN: true });
  const anyBox = fc.tuple(pixel, pixel, pixel, pixel).map(([a, b, c, d]) => {
    const [left, right] = [Math.min(a, c), Math.max(a, c)];
    const [top, bottom] = [Math.min(b, d), Math.max(b, d)].map((y) => (y * heightPx) / widthPx);
    return [left, top, right, bottom] as [number, number, number, number];
  });
  const anyMap = fc.array(fc.tuple(fc.integer({ min: 1, max: 60_000 }), fc.nat(2)), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(
      fc.array(anyBox, { maxLength: 8 }),
      anyMap,
      fc.double({ min: -1, max: 1e6, noNaN: true }),
      (boxes, runs, dtS) => {
        const pixels = new Uint8Array(widthPx * heightPx);
        let at = 0;
        for (const [length, id] of runs) {
          pixels.fill(id, at, at + length);
          at += length;
        }
        const road = new RoadAhead(camera, mount, map);
        const frame = { ...roadMap(0), ...encodeRunLengths(pixels) };
        const sights = boxes.flatMap((box) => sizeSightOf(box, 'car', camera) ?? []);
        for (const surface of [road.look(frame, sights, 0.1), road.look(frame, sights, dtS)])
          for (const values of Object.values(surface) as Float64Array[])
            expect(values.every(Number.isFinite)).toBe(true);
        let surface = road.look(roadMap(0), [], 0.1);
        const level = roadMap(0);
        for (let i = 0; i < 5; i++) surface = road.look(level, [], 1);
        const found = distanceOn(surface, boxAt(0, 20, 0, 1.5))!;
        expect(Math.abs(found.forwardM / 20 - 1)).toBeLessThan(0.1);
      },
    ),
    { numRuns: 8 },
  );
});

describe('how tall things usually are', () => {
  const road = flatRoad(0);
  const errorOf = (tallM: number, className: string) => {
    const box = boxAt(0, 20, 0, tallM);
    const found = footPointOf(box, camera, mount, road, sizeSightOf(box, className, camera))!;
    return {
      share: Math.abs(found.forwardM / 20 - 1),
      deviations: Math.abs(found.forwardM - 20) / found.forwardDeviationM,
    };
  };

  test('brings a car, a van and a child to where they stand', () => {
    for (const [tallM, className] of [
      [1.45, 'car'],
      [2.2, 'car'],
      [1.75, 'pedestrian'],
      [1.2, 'pedestrian'],
    ] as const) {
      const { share, deviations } = errorOf(tallM, className);
      expect(share).toBeLessThan(0.1);
      expect(deviations).toBeLessThan(2);
    }
  });

  test('says nothing of a box that the picture cuts, of an unknown class, and of a foot behind a nearer box', () => {
    const [left, , right, bottom] = boxAt(0, 20, 0, 1.5);
    expect(sizeSightOf([left, 0, right, bottom], 'car', camera)).toBeUndefined();
    expect(sizeSightOf(boxAt(0, 20, 0, 1.5), 'tram', camera)).toBeUndefined();
    const [far, near] = [boxAt(0, 20, 0, 1.5), boxAt(0, 12, 0.5, 1.5)];
    const boxes = [{ boxXyxyPx: far }, { boxXyxyPx: near }];
    expect(isFootSeen(far, boxes)).toBe(false);
    expect(isFootSeen(near, boxes)).toBe(true);
  });
});
