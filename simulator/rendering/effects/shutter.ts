import type { Vec3 } from '../../world/models/mesh.js';
import type { Capture } from '../capture/plan-capture.js';

const still: Vec3 = [0, 0, 0];

/** Motion of the camera during the exposure, in its own axes (right, down, forward). */
export interface CameraMotion {
  velocityMps: Vec3;
  /** Turn rate to the right, radians per second. */
  yawRadPerS: number;
  /** Velocity of the object with an id, in the same axes; undefined if it does not move. */
  velocityOf(objectId: number): Vec3 | undefined;
}

/**
 * The capture `atS` seconds from the middle of the frame, with rows read out one after the other within `readoutS`:
 * each pixel samples where its content was at the middle. Content that only comes into view then was not rendered; it
 * is taken from its surroundings, which is not noticeable for a few pixels.
 */
export function movedCapture(
  capture: Capture,
  motion: CameraMotion,
  widthPx: number,
  atS: number,
  readoutS: number,
): Capture {
  const { target, focalXPx, focalYPx, centreXPx, centreYPx } = capture;
  const { inverseDepths, objectIds, widthPx: stride, heightPx: rows } = target;
  const count = capture.offsets.length;
  const heightPx = count / widthPx;
  const moved: Capture = {
    ...capture,
    offsets: new Int32Array(count),
    rightWeights: new Uint16Array(count),
    lowerWeights: new Uint16Array(count),
    nearest: new Int32Array(count),
  };
  const [vx, vy, vz] = motion.velocityMps;
  for (let at = 0, y = 0; y < heightPx; y++) {
    const timeS = atS + (y / heightPx - 0.5) * readoutS;
    for (let x = 0; x < widthPx; x++, at++) {
      const offset = capture.offsets[at]!;
      const sourceX = (offset % stride) + capture.rightWeights[at]! / 256;
      const sourceY = Math.floor(offset / stride) + capture.lowerWeights[at]! / 256;
      const from = capture.nearest[at]!;
      const inverse = inverseDepths[from]!;
      const own = motion.velocityOf(objectIds[from]!);
      const [ox, oy, oz] = own ?? still;
      const nx = (sourceX + 0.5 - centreXPx) / focalXPx;
      const ny = (sourceY + 0.5 - centreYPx) / focalYPx;
      // Optical flow of a point at this depth, in tangents per second (Longuet-Higgins and Prazdny 1980).
      const turn = motion.yawRadPerS;
      const flowX = (ox - vx - nx * (oz - vz)) * inverse - turn * (1 + nx * nx);
      const flowY = (oy - vy - ny * (oz - vz)) * inverse - turn * nx * ny;
      const sx = Math.min(stride - 2, Math.max(0, sourceX - flowX * timeS * focalXPx));
      const sy = Math.min(rows - 2, Math.max(0, sourceY - flowY * timeS * focalYPx));
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      moved.offsets[at] = y0 * stride + x0;
      moved.rightWeights[at] = Math.round((sx - x0) * 256);
      moved.lowerWeights[at] = Math.round((sy - y0) * 256);
      moved.nearest[at] = Math.round(sy) * stride + Math.round(sx);
    }
  }
  return moved;
}

/** The mean of pictures of one size, rounded. */
export function meanPicture(pictures: readonly Uint8Array[]): Uint8Array {
  const [first] = pictures;
  const mean = new Uint8Array(first!.length);
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (const picture of pictures) sum += picture[i]!;
    mean[i] = Math.round(sum / pictures.length);
  }
  return mean;
}
