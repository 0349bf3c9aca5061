import { distort } from '../../../src/calibration/lens.js';
import type { RgbImage } from '../../../tools/datasets/sample.js';
import { cameraPose } from '../../rendering/ego-camera.js';
import { axesOf } from '../../rendering/raster/painter.js';
import type { Rgb } from '../../world/models/mesh.js';
import { pathCurvature } from '../vehicle/kinematic-bicycle.js';
import type { SimulatedDrive } from './simulated-drive.js';

type GroundPoint = readonly [x: number, y: number, z: number];

const laneColour: Rgb = [60, 220, 120];
const pathColour: Rgb = [255, 90, 60];
/** Lines on the road are drawn from here to there, metres before the car. */
const fromM = 3;
const toM = 36;
const stepM = 0.5;

/** Draws the borders of the car's lane and, where there is an answer, the path it leads to, into the picture. */
export function drawTruth(
  image: RgbImage,
  drive: SimulatedDrive,
  angleRad: number | undefined,
): void {
  const project = projectionOf(drive);
  const { sM } = drive.car.place;
  for (const side of [-0.5, 0.5]) {
    const dM = drive.laneDM + side * drive.laneWidthM;
    drawLine(image, project, laneColour, (aheadM) => drive.road.toWorld(sM + aheadM, dM));
  }
  if (angleRad === undefined) return;
  const { xM, yM, yawRad, speedMps } = drive.car.state;
  const curvaturePerM = pathCurvature(angleRad, speedMps);
  drawLine(image, project, pathColour, (aheadM) => {
    const turnRad = curvaturePerM * aheadM;
    const chordM = aheadM * (Math.abs(turnRad) < 1e-6 ? 1 : Math.sin(turnRad / 2) / (turnRad / 2));
    const heading = yawRad + turnRad / 2;
    const x = xM + chordM * Math.cos(heading);
    const y = yM + chordM * Math.sin(heading);
    return [x, y, drive.road.at(sM + aheadM).z];
  });
}

/** From the world to the captured picture, pixels; undefined behind the camera. */
function projectionOf(drive: SimulatedDrive): (point: GroundPoint) => [number, number] | undefined {
  const { camera } = drive;
  const pose = cameraPose(drive.world, camera, drive.ego);
  const [forward, left, up] = axesOf(pose);
  return ([x, y, z]) => {
    const along = (axis: readonly [number, number, number]): number =>
      (x - pose.x) * axis[0] + (y - pose.y) * axis[1] + (z - pose.z) * axis[2];
    const depthM = along(forward);
    if (depthM < 0.5) return undefined;
    const [u, v] = distort(camera.model, -along(left) / depthM, -along(up) / depthM);
    return [u, v];
  };
}

function drawLine(
  image: RgbImage,
  project: (point: GroundPoint) => [number, number] | undefined,
  colour: Rgb,
  pointAt: (aheadM: number) => GroundPoint,
): void {
  let last: [number, number] | undefined;
  for (let aheadM = fromM; aheadM <= toM; aheadM += stepM) {
    const next = project(pointAt(aheadM));
    if (last !== undefined && next !== undefined) drawSegment(image, last, next, colour);
    last = next;
  }
}

/** A line as thick as a three-hundredth of the picture's width. */
function drawSegment(
  { data, widthPx, heightPx }: RgbImage,
  [fromX, fromY]: [number, number],
  [toX, toY]: [number, number],
  colour: Rgb,
): void {
  const thickPx = Math.max(1, Math.round(widthPx / 300));
  const steps = Math.ceil(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1));
  if (steps > widthPx * 2) return;
  for (let step = 0; step <= steps; step++) {
    const x = Math.round(fromX + ((toX - fromX) * step) / steps);
    const y = Math.round(fromY + ((toY - fromY) * step) / steps);
    for (let shift = 0; shift < thickPx; shift++) {
      const column = x + shift - (thickPx >> 1);
      if (column >= 0 && column < widthPx && y >= 0 && y < heightPx)
        data.set(colour, (y * widthPx + column) * 3);
    }
  }
}
