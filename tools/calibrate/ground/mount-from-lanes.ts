import { groundFromCamera } from '../../../src/calibration/ground.js';
import type { MeasuredMount } from '../../../src/calibration/mount.js';
import type { VanishingPoint } from '../../../src/calibration/vanishing-point.js';
import { median } from '../../../src/frame/median.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';

export interface LaneScale {
  /** Height of the camera, measured with a tape; if absent, it follows from the lane's width. */
  heightM?: number | undefined;
  /** Width between the inner edges of the markings of the driven lane, metres. */
  laneWidthM?: number | undefined;
  /** Roll of the camera, which lanes alone do not determine. */
  rollRad: number;
}

export interface MountFromLanes {
  mount: MeasuredMount;
  /** Pictures whose lanes meet near the median; `foundCount` is the number whose lanes meet at all. */
  usedCount: number;
  foundCount: number;
}

const leastPictures = 5;
/** Uncertainty of a tape and a spirit level, one standard deviation. */
const tapeDeviationM = 0.01;
const levelDeviationRad = 0.01;
/** Distance between a lane's edges in camera heights, from `least` to twice `most`: less is a crack, more another lane. */
const laneReach = { least: 0.4, most: 3 };

/**
 * The mount from the points where straight lanes meet in many pictures of a drive: their median, without pictures more than
 * three deviations away (curves, bumps). That point is straight ahead on the horizon and gives pitch and yaw.
 * Height comes from a tape or from the lane's width, roll from a level. Throws ERR_CALIBRATION.
 */
export function mountFromLanes(
  points: readonly VanishingPoint[],
  { heightM, laneWidthM, rollRad }: LaneScale,
): MountFromLanes {
  const fail = (problem: string): never => {
    throw new PerceptionError('ERR_CALIBRATION', `lanes: ${problem}`);
  };
  if (points.length < leastPictures)
    fail(
      `expected straight lanes that meet in ${leastPictures} pictures or more, found ${points.length}`,
    );
  const inX = spreadOf(points.map(({ x }) => x));
  const inY = spreadOf(points.map(({ y }) => y));
  const used = points.filter(
    ({ x, y }) =>
      Math.abs(x - inX.median) <= 3 * inX.deviation + 1e-6 &&
      Math.abs(y - inY.median) <= 3 * inY.deviation + 1e-6,
  );
  if (used.length < leastPictures)
    fail(`expected ${leastPictures} pictures that agree, found ${used.length} of ${points.length}`);
  const x = spreadOf(used.map((point) => point.x));
  const y = spreadOf(used.map((point) => point.y));
  const [cr, sr] = [Math.cos(rollRad), Math.sin(rollRad)];
  const pitchRad = -Math.atan(sr * x.median + cr * y.median);
  const yawRad = Math.atan((cr * x.median - sr * y.median) * Math.cos(pitchRad));
  const angles = { pitchRad, yawRad, rollRad };
  const height =
    heightM === undefined
      ? heightByLane(used, angles, laneWidthM ?? fail('expected a height or a lane width'))
      : { median: heightM, deviation: tapeDeviationM, count: 1 };
  if (height === undefined)
    return fail('expected a marking left and right of the camera, found none');
  const root = Math.sqrt(used.length);
  return {
    mount: {
      heightM: height.median,
      ...angles,
      heightDeviationM: height.deviation / Math.sqrt(height.count),
      pitchDeviationRad: y.deviation / root,
      rollDeviationRad: levelDeviationRad,
      yawDeviationRad: x.deviation / root,
    },
    usedCount: used.length,
    foundCount: points.length,
  };
}

/** The height at which the nearest edges left and right of the camera are a lane's width apart. */
function heightByLane(
  points: readonly VanishingPoint[],
  angles: { pitchRad: number; yawRad: number; rollRad: number },
  laneWidthM: number,
) {
  const m = groundFromCamera({ heightM: 1, ...angles });
  const heights = points.flatMap(({ x, y, lines }) => {
    // How far left of the camera a line runs, in camera heights, measured slightly below the horizon.
    const lefts = lines.map(({ nx, ny }) => {
      const at = [x - (ny / nx) * 0.2, y + 0.2] as const;
      const w = m[6] * at[0] + m[7] * at[1] + m[8];
      return (m[3] * at[0] + m[4] * at[1] + m[5]) / w;
    });
    const left = Math.min(...lefts.filter((value) => value > 0.1));
    const right = Math.max(...lefts.filter((value) => value < -0.1));
    const width = left - right;
    return width > laneReach.least && width < 2 * laneReach.most ? [laneWidthM / width] : [];
  });
  return heights.length === 0 ? undefined : { ...spreadOf(heights), count: heights.length };
}

/** The median, and the standard deviation from the median absolute deviation (Rousseeuw and Croux, 1993). */
function spreadOf(values: readonly number[]) {
  const middle = median(values);
  const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  return { median: middle, deviation };
}
