import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InputSpec } from '../../../src/bundle/input-spec.js';
import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { groundFromPixel } from '../../../src/calibration/ground.js';
import type { SegmentationResult } from '../../../src/perception/results.js';
import { freeSpaceByColumn } from '../../../src/perception/segmentation/free-space.js';
import {
  decodeRunLengths,
  encodeRunLengths,
} from '../../../src/perception/segmentation/run-lengths.js';
import {
  disagrees,
  lateralM,
  SteeringCrossCheck,
} from '../../../src/perception/steering/cross-check.js';

const camera: CameraModel = {
  kind: 'pinhole',
  widthPx: 640,
  heightPx: 360,
  fxPx: 400,
  fyPx: 400,
  cxPx: 319.5,
  cyPx: 179.5,
  distortion: [],
};
const mount = { heightM: 1.4, pitchRad: 0.05 };
const [widthPx, heightPx] = [320, 180];
const input = {
  regionNorm: [0, 0, 1, 1],
  fit: 'stretch',
  widthPx,
  heightPx,
} as unknown as InputSpec;
const isDrivable = Uint8Array.from([0, 1]);
const settings = { aheadM: 12, laneWidthM: 3.5, drivesOn: 'right', thresholdM: 0.5 } as const;

const { thresholdM } = settings;

/** What a network would answer of a straight road between two lines, metres left of the car; `hole` is none of it. */
function road(
  left: number,
  right: number,
  hole?: (forwardM: number, leftM: number) => boolean,
): SegmentationResult {
  const map = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const at = groundFromPixel(camera, mount, (x + 0.5) * 2 - 0.5, (y + 0.5) * 2 - 0.5);
      if (at === undefined || at[1] > left || at[1] < right || hole?.(at[0], at[1])) continue;
      map[y * widthPx + x] = 1;
    }
  const freeSpaceNorm = freeSpaceByColumn(map, widthPx, heightPx, isDrivable);
  const classShares = new Float32Array(2);
  return { widthPx, heightPx, ...encodeRunLengths(map), classShares, freeSpaceNorm };
}

const checkOf = (more: Partial<ConstructorParameters<typeof SteeringCrossCheck>[0]> = {}) =>
  new SteeringCrossCheck({ ...settings, ...more }, { camera, mount, input, isDrivable });

test('the path is compared with the middle of the road and with the lane, in metres', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1.5, max: 4, noNaN: true }),
      fc.double({ min: 1.5, max: 4, noNaN: true }),
      fc.double({ min: -0.02, max: 0.02, noNaN: true }),
      (left, right, curvature) => {
        const { aheadM, pathM, freeSpaceM, laneM } = checkOf().check(curvature, road(left, -right));
        expect(aheadM).toBe(12);
        expect(pathM).toBeCloseTo(lateralM(curvature, 12), 9);
        const middle = (left - right) / 2;
        // A column of the map is 0.06 m wide there.
        expect(Math.abs(freeSpaceM! - (pathM - middle))).toBeLessThan(0.12);
        const lane = left + right < 5.25 ? middle : 1.75 - right;
        if (Math.abs(left + right - 5.25) < 0.2) return;
        expect(Math.abs(laneM! - (pathM - lane))).toBeLessThan(0.12);
      },
    ),
    { numRuns: 25 },
  );
});

test('where one drives on the left, the lane begins at the left border', () => {
  const { laneM } = checkOf({ drivesOn: 'left' }).check(0, road(2, -5));
  expect(Math.abs(laneM! - -0.25)).toBeLessThan(0.12);
});

test('what stands on the road takes free space and not the lane', () => {
  const lorry = (forwardM: number, leftM: number) => forwardM > 6 && forwardM < 9 && leftM > 1;
  const { freeSpaceM, laneM } = checkOf().check(0, road(4, -2, lorry));
  // Beyond the lorry nothing is free.
  expect(Math.abs(freeSpaceM! - 0.35)).toBeLessThan(0.4);
  expect(Math.abs(laneM! - 0.25)).toBeLessThan(0.12);
});

test('a road that goes on beyond the picture, or that is not there, says nothing', () => {
  expect(checkOf().check(0, road(40, -2))).toEqual({ aheadM: 12, pathM: 0, thresholdM });
  expect(checkOf().check(0, road(-50, -60))).toEqual({ aheadM: 12, pathM: 0, thresholdM });
  // So near that the camera does not see it.
  const near = checkOf({ aheadM: 1 }).check(0, road(4, -4));
  expect(near).toEqual({ aheadM: 1, pathM: 0, thresholdM });
});

/** The same answer with the frame in the middle of a wider input, whose padding is read as class `beside`. */
function padded({ runLengths, runClasses }: SegmentationResult, beside: number) {
  const wide = widthPx + 160;
  const inner = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
  const map = new Uint8Array(wide * heightPx).fill(beside);
  for (let y = 0; y < heightPx; y++)
    map.set(inner.subarray(y * widthPx, (y + 1) * widthPx), y * wide + 80);
  const content = { left: 80, top: 0, right: 80 + widthPx, bottom: heightPx };
  const freeSpaceNorm = freeSpaceByColumn(map, wide, heightPx, isDrivable, content);
  const classShares = new Float32Array(2);
  return { widthPx: wide, heightPx, ...encodeRunLengths(map), classShares, freeSpaceNorm };
}

test.each([0, 1])(
  'the padding of a letterbox, read as class %i, is no border of the road',
  (beside) => {
    const letterbox = { ...input, fit: 'letterbox', widthPx: widthPx + 160 } as InputSpec;
    const view = { camera, mount, input: letterbox, isDrivable };
    const check = new SteeringCrossCheck(settings, view);
    for (const answer of [road(3, -2), road(40, -2), road(2, -40)]) {
      const wanted = checkOf().check(0, answer);
      const found = check.check(0, padded(answer, beside));
      expect(Object.keys(found)).toEqual(Object.keys(wanted));
      expect(found.laneM ?? 0).toBeCloseTo(wanted.laneM ?? 0, 9);
      expect(found.freeSpaceM ?? 0).toBeCloseTo(wanted.freeSpaceM ?? 0, 9);
    }
  },
);

test('against the recorded driver no road need be seen: both paths are circles', () => {
  const { driverM, laneM } = checkOf().check(0.01, road(40, -2), -0.02);
  expect(laneM).toBeUndefined();
  expect(driverM).toBeCloseTo(lateralM(0.01, 12) + lateralM(0.02, 12), 9);
  expect(checkOf().check(0.01, road(40, -2), 0.01).driverM).toBe(0);
});

test('it disagrees from the threshold on, to either side, with lane or driver; free space says nothing', () => {
  const of = (more: object) => disagrees({ aheadM: 12, pathM: 0, thresholdM, ...more });
  expect(of({ laneM: -0.5 })).toBe(true);
  expect(of({ laneM: 0.1, driverM: 0.5 })).toBe(true);
  expect(of({ laneM: 0.49, driverM: -0.49, freeSpaceM: 3 })).toBe(false);
  expect(of({})).toBe(false);
});

test('a circle leads to the side as geometry says, also where it turns back before', () => {
  expect(lateralM(0, 12)).toBe(0);
  expect(lateralM(1 / 50, 12)).toBeCloseTo(50 - Math.sqrt(50 ** 2 - 12 ** 2), 9);
  expect(lateralM(-1 / 50, 12)).toBeCloseTo(-(50 - Math.sqrt(50 ** 2 - 12 ** 2)), 9);
  expect(lateralM(1 / 5, 12)).toBe(5);
});
