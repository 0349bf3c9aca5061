import { distort } from '../../src/calibration/lens.js';
import { edgeLineM } from '../world/settings.js';
import { stretchAt, type World } from '../world/world.js';
import type { SimulatedCamera } from './camera.js';
import { cameraPose, type EgoState } from './ego-camera.js';
import { axesOf } from './raster/painter.js';

/** One painted line, from the car on. */
export interface LaneLine {
  /** Metres left of the road's centre line. */
  offsetM: number;
  isDashed: boolean;
  /** x forward, y left, z up of the ego car's origin, metres, every two metres along the road. */
  pointsXyzM: [number, number, number][];
  /** The same points in the captured picture, pixels from its top-left corner; undefined for points outside it. */
  pointsPx: ([number, number] | undefined)[];
}

/** The ego lane and the lines of the road ahead. */
export interface LaneGeometry {
  lines: LaneLine[];
  laneWidthM: number;
  /** Offset of the ego car's origin from its lane's centre, positive to the left, metres. */
  offsetM: number;
  /** Heading of the ego car relative to the lane's direction, positive to the left, radians. */
  headingErrorRad: number;
  /** Curvature of the road at the ego car, positive to the left, 1/metres. */
  curvaturePerM: number;
}

/** World position of the ego car's origin: metres, radians. */
export interface VehiclePose {
  xM: number;
  yM: number;
  zM: number;
  headingRad: number;
  pitchRad: number;
}

const stepM = 2;
const aheadM = 80;

/** The ego car's place in the world; pitch is nose down. */
export function vehiclePose(world: World, ego: EgoState): VehiclePose {
  const [xM, yM, zM] = world.road.toWorld(ego.sM, ego.dM);
  const { headingRad, slope } = world.road.at(ego.sM);
  return { xM, yM, zM, headingRad: headingRad + ego.yawRad, pitchRad: -Math.atan(slope) };
}

/** Training or test data for a lane detector, up to 80 m ahead. */
export function laneGeometry(world: World, camera: SimulatedCamera, ego: EgoState): LaneGeometry {
  const { make, road } = world;
  const edgeM = edgeLineM(make);
  const isTown = stretchAt(world, ego.sM).kind === 'town';
  const lines: LaneLine[] = [];
  const add = (offsetM: number, isDashed: boolean): void => {
    lines.push(lineAhead(world, camera, ego, offsetM, isDashed));
  };
  if (make.centreLine === 'double') for (const offsetM of [0.12, -0.12]) add(offsetM, false);
  else if (make.centreLine !== 'none') add(0, make.centreLine === 'dashed');
  for (const side of [1, -1]) {
    for (let lane = 1; lane < make.lanesPerDirection; lane++) {
      add(side * lane * make.laneWidthM, true);
    }
    add(side * edgeM, isTown);
  }
  return {
    lines: lines.sort((a, b) => b.offsetM - a.offsetM),
    laneWidthM: make.laneWidthM,
    offsetM: ego.dM - ego.laneDM,
    headingErrorRad: ego.yawRad,
    curvaturePerM: road.at(ego.sM).curvaturePerM,
  };
}

function lineAhead(
  world: World,
  camera: SimulatedCamera,
  ego: EgoState,
  offsetM: number,
  isDashed: boolean,
): LaneLine {
  const origin = vehiclePose(world, ego);
  const carAxes = axesOf({
    x: 0,
    y: 0,
    z: 0,
    yawRad: origin.headingRad,
    pitchRad: origin.pitchRad,
    rollRad: 0,
  });
  const eye = cameraPose(world, camera, ego);
  const [forward, left, up] = axesOf(eye);
  const { widthPx, heightPx } = camera.model;
  const line: LaneLine = { offsetM, isDashed, pointsXyzM: [], pointsPx: [] };
  const lastM = Math.min(ego.sM + aheadM, world.road.lengthM);
  for (let sM = ego.sM; sM <= lastM; sM += stepM) {
    const [x, y, z] = world.road.toWorld(sM, offsetM);
    const fromCar = [x - origin.xM, y - origin.yM, z - origin.zM];
    line.pointsXyzM.push(carAxes.map((axis) => dot(axis, fromCar)) as [number, number, number]);
    const fromEye = [x - eye.x, y - eye.y, z - eye.z];
    const depthM = dot(forward, fromEye);
    const isAhead = depthM > 0.5;
    const [u, v] = isAhead
      ? distort(camera.model, -dot(left, fromEye) / depthM, -dot(up, fromEye) / depthM)
      : [-1, -1];
    const isSeen = isAhead && u > -0.5 && v > -0.5 && u < widthPx - 0.5 && v < heightPx - 0.5;
    // The camera model's pixel centres are at integers.
    line.pointsPx.push(isSeen ? [u + 0.5, v + 0.5] : undefined);
  }
  return line;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}
