import { groundFromCamera } from '../../../src/calibration/ground.js';
import type { MeasuredMount } from '../../../src/calibration/mount.js';
import type { VanishingPoint } from '../../../src/calibration/vanishing-point.js';
import { median } from '../../../src/frame/median.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';

export interface LaneScale {
  /** Height of the camera, measured with a tape; else by the width of the lane. */
  heightM?: number | undefined;
  /** Between the inner edges of the markings of the lane that is driven, metres. */
  laneWidthM?: number | undefined;
  /** Lanes alone do not tell it. */
  rollRad: number;
}

export interface MountFromLanes {
  mount: MeasuredMount;
  /** Pictures whose lanes met near the median, and how many had lanes that met. */
  usedCount: number;
  foundCount: number;
}

const leastPictures = 5;
/** What a tape and a spirit level leave, one standard deviation. */
const tapeDeviationM = 0.01;
const levelDeviationRad = 0.01;
/** Of the shares of a lane's half: nearer lines are cracks, farther ones other lanes. */
const laneReach = { least: 0.4, most: 3 };

/**
 * The mount from where straight lanes meet in many pictures of a drive: the median, without the pictures that are farther
 * from it than three deviations (curves, bumps). Lanes that meet say where straight ahead is on the horizon: pitch and yaw.
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

/** The height at which the nearest edges left and right of the camera are as far apart as the lane is wide. */
function heightByLane(
  points: readonly VanishingPoint[],
  angles: { pitchRad: number; yawRad: number; rollRad: number },
  laneWidthM: number,
) {
  const m = groundFromCamera({ heightM: 1, ...angles });
  const heights = points.flatMap(({ x, y, lines }) => {
    // How far to the left a line runs, in heights of the camera: where it is a little below the horizon.
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

/** The median, and the standard deviation by the median of the distances from it (Rousseeuw and Croux, 1993). */
function spreadOf(values: readonly number[]) {
  const middle = median(values);
  const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  return { median: middle, deviation };
}
