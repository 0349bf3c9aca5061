import { blurGrey, type GreyPicture, sampleGrey } from '../../../src/calibration/grey-picture.js';

/** A point where two dark and two bright sectors meet, as at the corners of a chessboard. */
export interface Crossing {
  u: number;
  v: number;
  /** The two edges through it, radians modulo pi; by rising angle a dark sector begins here, a bright one at the other. */
  darkFromRad: number;
  brightFromRad: number;
  /** Grey levels between bright and dark. */
  contrast: number;
}

/** Ring on which the sectors are sampled, and its samples. */
const ringRadiusPx = 5;
const ringSamples = 48;
const ring = Array.from({ length: ringSamples }, (_, i) => {
  const angle = (i * 2 * Math.PI) / ringSamples;
  return [ringRadiusPx * Math.cos(angle), ringRadiusPx * Math.sin(angle)] as const;
});
/** A smaller difference in grey levels between the sectors is noise. */
const leastContrast = 18;
const borderPx = ringRadiusPx + 2;
/** Only this many of the strongest saddle points are examined, to limit the time that foliage takes. */
const maxCandidates = 6000;

/**
 * Finds crossings of edges in a picture: saddle points of the blurred brightness (the Hessian's determinant is below 0; see
 * Lucchese and Mitra, "Using saddle points for subpixel feature detection in camera calibration targets", 2002) around
 * which a ring changes four times between dark and bright and is symmetric under a half turn.
 */
export function findCrossings(grey: GreyPicture): Crossing[] {
  const smooth = blurGrey(grey, 1.5);
  const found: Crossing[] = [];
  for (const [u, v] of saddlePoints(smooth)) {
    const crossing = crossingAt(smooth, u, v);
    if (crossing !== undefined) found.push(crossing);
  }
  return found;
}

/** Positions of locally strongest saddles, strongest first, to about a third of a pixel. */
function saddlePoints(smooth: GreyPicture): [number, number][] {
  const { widthPx, heightPx, data } = smooth;
  const strength = new Float32Array(data.length);
  for (let y = borderPx; y < heightPx - borderPx; y++)
    for (let x = borderPx, at = y * widthPx + borderPx; x < widthPx - borderPx; x++, at++) {
      const centre = 2 * data[at]!;
      const xx = data[at - 1]! + data[at + 1]! - centre;
      const yy = data[at - widthPx]! + data[at + widthPx]! - centre;
      const xy =
        (data[at - widthPx - 1]! +
          data[at + widthPx + 1]! -
          data[at - widthPx + 1]! -
          data[at + widthPx - 1]!) /
        4;
      strength[at] = Math.max(xy * xy - xx * yy, 0);
    }
  const least = 2;
  const peaks: [number, number, number][] = [];
  for (let y = borderPx; y < heightPx - borderPx; y++)
    for (let x = borderPx; x < widthPx - borderPx; x++) {
      const at = y * widthPx + x;
      const here = strength[at]!;
      if (here < least || !isPeak(strength, at, widthPx)) continue;
      peaks.push([here, x, y]);
    }
  peaks.sort((a, b) => b[0] - a[0]);
  return peaks.slice(0, maxCandidates).map(([, x, y]) => [x, y]);
}

function isPeak(strength: Float32Array, at: number, widthPx: number): boolean {
  const here = strength[at]!;
  for (let dy = -2; dy <= 2; dy++)
    for (let dx = -2; dx <= 2; dx++) {
      const other = strength[at + dy * widthPx + dx]!;
      if (other > here || (other === here && (dy < 0 || (dy === 0 && dx < 0)))) return false;
    }
  return true;
}

function crossingAt(smooth: GreyPicture, u: number, v: number): Crossing | undefined {
  const values = ring.map(([du, dv]) => sampleGrey(smooth, u + du, v + dv));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const contrast = high - low;
  if (contrast < leastContrast) return undefined;
  const middle = (low + high) / 2;
  let toDark: number[] = [];
  const toBright: number[] = [];
  for (let i = 0; i < ringSamples; i++) {
    const here = values[i]! - middle;
    const next = values[(i + 1) % ringSamples]! - middle;
    if (here >= 0 === next >= 0) continue;
    const angle = ((i + here / (here - next)) * 2 * Math.PI) / ringSamples;
    (here >= 0 ? toDark : toBright).push(angle);
  }
  if (toDark.length !== 2 || toBright.length !== 2) return undefined;
  // The ring must be symmetric under a half turn: opposite transitions are half a turn apart.
  const isOpposite = ([a, b]: number[]) => Math.abs(b! - a! - Math.PI) < 0.7;
  if (!isOpposite(toDark) || !isOpposite(toBright)) return undefined;
  toDark = [meanAxis(toDark)];
  const bright = meanAxis(toBright);
  return { u, v, darkFromRad: toDark[0]!, brightFromRad: bright, contrast };
}

/** Mean of two angles half a turn apart, modulo pi. */
function meanAxis([a, b]: number[]): number {
  const mean = (a! + b! - Math.PI) / 2;
  return ((mean % Math.PI) + Math.PI) % Math.PI;
}

/** Smallest angle between two lines, radians 0..pi/2. */
export function axisDifference(a: number, b: number): number {
  const difference = Math.abs(a - b) % Math.PI;
  return Math.min(difference, Math.PI - difference);
}
