import type { CameraModel } from '../../src/calibration/camera-model.js';
import { type CameraMount, pixelFromGround } from '../../src/calibration/ground.js';
import type { Sheet } from './sheet.js';

/** Usual mount of a passenger car's camera, for recordings that do not say how theirs is mounted. */
export const usualMount: CameraMount = { heightM: 1.35, pitchRad: 0.025 };
/** Half of the vehicle's width, and how far ahead its path is drawn, metres. */
const halfWidthM = 0.9;
const [nearM, farM, stepM] = [4, 35, 1];

/**
 * Draws the strip of road that the vehicle will cover with this curvature (1/m, positive to the left), as the camera sees
 * it: a circle through the vehicle, tangent to its heading.
 */
export function drawPath(
  { context, unitPx }: Sheet,
  curvaturePerM: number,
  camera: CameraModel,
  mount: CameraMount = usualMount,
): void {
  const edge = (offsetM: number) => {
    const points: [number, number][] = [];
    for (let alongM = nearM; alongM <= farM; alongM += stepM) {
      const [forwardM, leftM] = onCircle(alongM, curvaturePerM, offsetM);
      const point = pixelFromGround(camera, mount, forwardM, leftM);
      if (point !== undefined) points.push([point[0] + 0.5, point[1] + 0.5]);
    }
    return points;
  };
  const [left, right] = [edge(halfWidthM), edge(-halfWidthM)];
  if (left.length < 2 || right.length < 2) return;
  context.save();
  context.beginPath();
  for (const [x, y] of [...left, ...right.reverse()]) context.lineTo(x, y);
  context.closePath();
  context.fillStyle = 'rgb(76 201 240 / 0.28)';
  context.fill();
  context.strokeStyle = 'rgb(76 201 240 / 0.95)';
  context.lineWidth = 2.5 * unitPx;
  context.stroke();
  context.restore();
}

/** A point `alongM` along the circle and `offsetM` to the left of it: [forward, left], metres. */
export function onCircle(alongM: number, curvaturePerM: number, offsetM: number): [number, number] {
  const yawRad = alongM * curvaturePerM;
  const isStraight = Math.abs(curvaturePerM) < 1e-6;
  const forwardM = isStraight ? alongM : Math.sin(yawRad) / curvaturePerM;
  const leftM = isStraight ? 0 : (1 - Math.cos(yawRad)) / curvaturePerM;
  return [forwardM - Math.sin(yawRad) * offsetM, leftM + Math.cos(yawRad) * offsetM];
}
