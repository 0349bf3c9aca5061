import type { CameraModel } from '../../calibration/camera-model.js';
import { undistort } from '../../calibration/lens.js';

/** A kind of thing within a class, measured on KITTI's labels (Geiger et al. 2012: 236 cars, 30 vans, 40 people, ...). */
export interface Kind {
  heightM: number;
  /** One standard deviation of the height's logarithm. */
  deviation: number;
  /** Share of the class's things, 0..1. */
  share: number;
}

const people: readonly Kind[] = [
  { heightM: 1.71, deviation: 0.075, share: 0.88 },
  // Children, and people who sit.
  { heightM: 1.25, deviation: 0.15, share: 0.12 },
];
const vanHeight = { heightM: 2.2, deviation: 0.14 };

/** Usual heights of things on the road, by class. */
const kindsOf = new Map<string, readonly Kind[]>([
  [
    'car',
    [
      { heightM: 1.51, deviation: 0.085, share: 0.88 },
      { ...vanHeight, share: 0.12 },
    ],
  ],
  ['van', [{ ...vanHeight, share: 1 }]],
  ['truck', [{ heightM: 3.3, deviation: 0.18, share: 1 }]],
  ['bus', [{ heightM: 3.3, deviation: 0.1, share: 1 }]],
  ['motorcycle', [{ heightM: 1.6, deviation: 0.15, share: 1 }]],
  ['pedestrian', people],
  ['person', people],
  ['cyclist', [{ heightM: 1.73, deviation: 0.065, share: 1 }]],
]);

/** A thing's distance by the height of its box. */
export interface SizeSight {
  kinds: readonly Kind[];
  /** From the camera to the middle of the box's lower edge, on the ray plane (X/Z, Y/Z). */
  footRay: readonly [number, number];
  /** Logarithm of the depth along the optical axis, metres, if the thing were 1 m tall. */
  logDepth: number;
  /** One standard deviation of logDepth from the box's edges, and of the lower edge, pixels. */
  edgeDeviation: number;
  footDeviationPx: number;
  /** footDeviationPx as a share of the box's height. */
  footShare: number;
}

/** Error of a detector's boxes, one standard deviation: a constant part, pixels, and a share of the box's height. */
const boxDeviation = { footPx: 1.5, footShare: 0.065, tallPx: 2, tallShare: 0.12 };

/** One standard deviation of a box's lower edge, pixels; `tallPx`: the box's height. */
export const footDeviationPx = (tallPx: number): number =>
  Math.hypot(boxDeviation.footPx, boxDeviation.footShare * tallPx);
/** A box that ends within this distance of the picture's border continues beyond it, pixels. */
export const cutPx = 2;

/**
 * `boxXyxyPx`: pixels of the captured picture, from its top-left corner. Undefined for a class whose height is not known,
 * and for a box that the picture's border cuts.
 */
export function sizeSightOf(
  boxXyxyPx: ArrayLike<number>,
  className: string,
  camera: CameraModel,
): SizeSight | undefined {
  const kinds = kindsOf.get(className);
  const [left, top, right, bottom] = [boxXyxyPx[0]!, boxXyxyPx[1]!, boxXyxyPx[2]!, boxXyxyPx[3]!];
  const isCut =
    Math.min(left, top) < cutPx ||
    right > camera.widthPx - cutPx ||
    bottom > camera.heightPx - cutPx;
  if (kinds === undefined || isCut) return undefined;
  const u = (left + right) / 2 - 0.5;
  const head = undistort(camera, u, top - 0.5);
  const footRay = undistort(camera, u, bottom - 0.5);
  if (head === undefined || footRay === undefined || !(footRay[1] > head[1])) return undefined;
  const logDepth = -Math.log(footRay[1] - head[1]);
  const tallPx = bottom - top;
  return {
    kinds,
    footRay,
    logDepth,
    edgeDeviation: Math.hypot(boxDeviation.tallPx / tallPx, boxDeviation.tallShare),
    footDeviationPx: footDeviationPx(tallPx),
    footShare: footDeviationPx(tallPx) / tallPx,
  };
}

/** A depth's logarithm and its deviation. */
export interface LogDepth {
  mean: number;
  deviation: number;
  /** The part of the deviation that comes from the box's lower edge. */
  byFoot: number;
}

/**
 * The depth by size and, if known, by where the foot meets the road. Returns mean and deviation of a mixture over the
 * kinds, each weighted by how well it agrees with the road.
 */
export function fuseDepths(size: SizeSight, road: LogDepth | undefined): Omit<LogDepth, 'byFoot'> {
  let [weights, sum, squares] = [0, 0, 0];
  for (const { heightM, deviation, share } of size.kinds) {
    const bySize = Math.log(heightM) + size.logDepth;
    const sizeVariance = deviation ** 2 + size.edgeDeviation ** 2;
    let [weight, mean, variance] = [share, bySize, sizeVariance];
    if (road !== undefined) {
      const roadVariance = road.deviation ** 2;
      const both = sizeVariance + roadVariance;
      // The weight stays above 0, so that depths that disagree strongly still have a mean.
      weight *= Math.exp(-Math.min(300, (bySize - road.mean) ** 2 / (2 * both))) / Math.sqrt(both);
      mean = (bySize * roadVariance + road.mean * sizeVariance) / both;
      // A lower edge that is too high makes the thing farther by the road and by its size: the two are not independent.
      const alike =
        2 * road.byFoot * size.footShare * (sizeVariance / both) * (roadVariance / both);
      variance = (sizeVariance * roadVariance) / both + alike;
    }
    weights += weight;
    sum += weight * mean;
    squares += weight * (variance + mean * mean);
  }
  const mean = sum / weights;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / weights - mean * mean)) };
}

/**
 * Whether a box is visible to its foot: no box that reaches lower, and so is nearer, overlaps more than a quarter of its
 * width in its lower half.
 */
export function isFootSeen(
  boxXyxyPx: ArrayLike<number>,
  boxes: readonly { boxXyxyPx: ArrayLike<number> }[],
): boolean {
  const [left, top, right, bottom] = [boxXyxyPx[0]!, boxXyxyPx[1]!, boxXyxyPx[2]!, boxXyxyPx[3]!];
  return !boxes.some(({ boxXyxyPx: other }) => {
    const isNearer = other !== boxXyxyPx && other[3]! > bottom && other[1]! < bottom;
    const sharedPx = Math.min(right, other[2]!) - Math.max(left, other[0]!);
    return isNearer && sharedPx > (right - left) / 4 && other[3]! > (top + bottom) / 2;
  });
}
