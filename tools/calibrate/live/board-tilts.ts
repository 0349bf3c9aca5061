import type { Pose } from '../solve/pose.js';

/** How people are asked to hold the board, in the order of asking; names are for people. */
export const boardTilts = [
  'facing the camera',
  'left side nearer',
  'right side nearer',
  'top nearer',
  'bottom nearer',
] as const;
export type BoardTilt = (typeof boardTilts)[number];

/** A board turned less than this faces the camera. */
const tiltedRad = (18 * Math.PI) / 180;

/** Which way a board is tilted in the camera's picture. */
export function tiltOf({ rotation }: Pose): BoardTilt {
  // Uses the normal that points away from the camera: the board is nearer on the side to which it leans.
  const sign = rotation[8] < 0 ? -1 : 1;
  const [x, y] = [rotation[2] * sign, rotation[5] * sign];
  const lean = Math.asin(Math.min(1, Math.hypot(x, y)));
  if (lean < tiltedRad) return 'facing the camera';
  if (Math.abs(x) > Math.abs(y)) return x > 0 ? 'right side nearer' : 'left side nearer';
  return y > 0 ? 'bottom nearer' : 'top nearer';
}
