import { distort } from '../../../src/calibration/lens.js';
import { cameraPose } from '../../rendering/ego-camera.js';
import { axesOf } from '../../rendering/raster/painter.js';
import { pathCurvature } from '../vehicle/kinematic-bicycle.js';
import type { SimulatedDrive } from './simulated-drive.js';

type GroundPoint = readonly [x: number, y: number, z: number];
/** Points on the captured picture, pixels; in order from near to far. */
export type Polyline = [x: number, y: number][];

/** Lines on the road are drawn from `fromM` to `toM` ahead of the car, metres. */
const fromM = 3;
const toM = 36;
const stepM = 0.5;

/** Both borders of the car's lane, as the camera sees them. */
export function laneBordersPx(drive: SimulatedDrive): Polyline[] {
  const project = projectionOf(drive);
  const { sM } = drive.car.place;
  return [-0.5, 0.5].map((side) => {
    const dM = drive.laneDM + side * drive.laneWidthM;
    return lineOf(project, (aheadM) => drive.road.toWorld(sM + aheadM, dM));
  });
}

/** Path of the car at this angle of the wheels, as the camera sees it. */
export function pathPx(drive: SimulatedDrive, angleRad: number): Polyline {
  const { sM } = drive.car.place;
  const { xM, yM, yawRad, speedMps } = drive.car.state;
  const curvaturePerM = pathCurvature(angleRad, speedMps);
  return lineOf(projectionOf(drive), (aheadM) => {
    const turnRad = curvaturePerM * aheadM;
    const chordM = aheadM * (Math.abs(turnRad) < 1e-6 ? 1 : Math.sin(turnRad / 2) / (turnRad / 2));
    const heading = yawRad + turnRad / 2;
    const x = xM + chordM * Math.cos(heading);
    const y = yM + chordM * Math.sin(heading);
    return [x, y, drive.road.at(sM + aheadM).z];
  });
}

type Project = (point: GroundPoint) => [number, number] | undefined;

function lineOf(project: Project, pointAt: (aheadM: number) => GroundPoint): Polyline {
  const line: Polyline = [];
  for (let aheadM = fromM; aheadM <= toM; aheadM += stepM) {
    const point = project(pointAt(aheadM));
    if (point !== undefined) line.push(point);
  }
  return line;
}

/** Projects from the world to the captured picture; undefined behind the camera. */
function projectionOf(drive: SimulatedDrive): Project {
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
