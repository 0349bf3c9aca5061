import type { CameraModel } from '../../src/calibration/camera-model.js';
import { undistort } from '../../src/calibration/lens.js';
import { type Board, boardPointsM } from '../../tools/calibrate/board/board.js';
import { boardPattern, type MarkerBits } from '../../tools/calibrate/board/board-ink.js';
import { movePose, type Pose } from '../../tools/calibrate/solve/pose.js';

/** A board's ink as a bitmap, so many dots a metre, with white paper around it. */
interface Print {
  dotsPerM: number;
  widthDots: number;
  heightDots: number;
  dots: Uint8Array;
  /** Where the board's first point is, dots. */
  originDots: readonly [number, number];
}

const dotsPerM = 4000;
const paperM = 0.015;

/** Prints a board. */
export function printBoard(board: Board, markerBits?: MarkerBits): Print {
  const { widthM, heightM, originM, ink } = boardPattern(board, markerBits);
  const widthDots = Math.ceil((widthM + 2 * paperM) * dotsPerM);
  const heightDots = Math.ceil((heightM + 2 * paperM) * dotsPerM);
  const dots = new Uint8Array(widthDots * heightDots).fill(225);
  const dot = (m: number) => Math.round((m + paperM) * dotsPerM);
  for (const one of ink) {
    const reach = one.shape === 'square' ? [0, one.sideM] : [-one.radiusM, one.radiusM];
    for (let y = dot(one.yM + reach[0]!); y < dot(one.yM + reach[1]!); y++)
      for (let x = dot(one.xM + reach[0]!); x < dot(one.xM + reach[1]!); x++) {
        const far = Math.hypot(x + 0.5 - dot(one.xM), y + 0.5 - dot(one.yM));
        if (one.shape === 'square' || far <= one.radiusM * dotsPerM) dots[y * widthDots + x] = 30;
      }
  }
  const originDots = [dot(originM[0]), dot(originM[1])] as const;
  return { dotsPerM, widthDots, heightDots, dots, originDots };
}

/** A pose so far away, turned about x and y and in the picture plane (radians), its first point shifted, metres. */
export function boardPose(
  shiftM: readonly [number, number, number],
  tiltXRad: number,
  tiltYRad: number,
  rollRad = 0,
): Pose {
  const level: Pose = { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] };
  const rolled = movePose(level, [0, 0, rollRad, 0, 0, 0]);
  return movePose(movePose(rolled, [tiltXRad, 0, 0, 0, 0, 0]), [0, tiltYRad, 0, ...shiftM]);
}

/** The same, with the board's middle at a place before the camera, metres. */
export function boardPoseAt(
  board: Board,
  middleM: readonly [number, number, number],
  tiltXRad: number,
  tiltYRad: number,
): Pose {
  const { rotation: r } = boardPose([0, 0, 0], tiltXRad, tiltYRad);
  const points = boardPointsM(board);
  const [x, y] = [points.at(-2)! / 2, points.at(-1)! / 2];
  const shift = (row: 0 | 1 | 2) => middleM[row] - r[3 * row]! * x - r[3 * row + 1]! * y;
  return boardPose([shift(0), shift(1), shift(2)], tiltXRad, tiltYRad);
}

const rays = new WeakMap<CameraModel, Float64Array>();

/** What every corner of a pixel sees, normalised; found once a camera. */
function cornerRays(model: CameraModel): Float64Array {
  const known = rays.get(model);
  if (known !== undefined) return known;
  const across = model.widthPx + 1;
  const made = new Float64Array(across * (model.heightPx + 1) * 2).fill(Number.NaN);
  for (let v = 0; v <= model.heightPx; v++)
    for (let u = 0; u < across; u++) {
      const ray = undistort(model, u - 0.5, v - 0.5);
      if (ray !== undefined) made.set(ray, 2 * (v * across + u));
    }
  rays.set(model, made);
  return made;
}

/** Sixteen rooks on a board of sixteen: no edge, however it runs, crosses many of them at once. */
const samples = 16;

/** A picture that a camera takes of printed boards before a grey wall: packed rgb8, sixteen samples a pixel. */
export function photographBoards(
  model: CameraModel,
  boards: readonly { print: Print; pose: Pose }[],
): { widthPx: number; heightPx: number; data: Uint8Array } {
  const { widthPx, heightPx } = model;
  const corners = cornerRays(model);
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      let sum = 0;
      for (let i = 0; i < samples; i++) {
        const fx = (i + 0.5) / samples;
        const fy = (((i * 7) % samples) + 0.5) / samples;
        const at = 2 * (v * (widthPx + 1) + u);
        const below = at + 2 * (widthPx + 1);
        const mix = (k: number) =>
          (corners[at + k]! * (1 - fx) + corners[at + 2 + k]! * fx) * (1 - fy) +
          (corners[below + k]! * (1 - fx) + corners[below + 2 + k]! * fx) * fy;
        sum += brightness(mix(0), mix(1), boards);
      }
      data.fill(Math.round(sum / samples), (v * widthPx + u) * 3, (v * widthPx + u) * 3 + 3);
    }
  return { widthPx, heightPx, data };
}

function brightness(x: number, y: number, boards: readonly { print: Print; pose: Pose }[]): number {
  for (const { print, pose } of boards) {
    const { rotation: r, translation: t } = pose;
    // The ray s (x, y, 1) meets the board where R'(s p - t) has no z.
    const depth = r[2] * t[0] + r[5] * t[1] + r[8] * t[2];
    const s = depth / (r[2] * x + r[5] * y + r[8]);
    if (!(s > 0)) continue;
    const [px, py, pz] = [s * x - t[0], s * y - t[1], s - t[2]];
    const bx = Math.floor(
      (r[0] * px + r[3] * py + r[6] * pz) * print.dotsPerM + print.originDots[0],
    );
    const by = Math.floor(
      (r[1] * px + r[4] * py + r[7] * pz) * print.dotsPerM + print.originDots[1],
    );
    if (bx < 0 || by < 0 || bx >= print.widthDots || by >= print.heightDots) continue;
    return print.dots[by * print.widthDots + bx]!;
  }
  return 128;
}
