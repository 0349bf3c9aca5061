import type { World } from '../world/world.js';
import type { SimulatedCamera } from './camera.js';
import type { Pose } from './raster/painter.js';

/**
 * Place of the ego car: metres along the road, metres left of the road's centre, heading relative to the road's,
 * radians.
 */
export interface EgoState {
  sM: number;
  dM: number;
  yawRad: number;
  speedMps: number;
  /** Centre of the lane it drives in, metres left of the road's centre. */
  laneDM: number;
  /** Tilt that bumps and wind add to the camera's: nose down, right side down, radians; 0 by default. */
  pitchRad?: number;
  rollRad?: number;
}

/** The camera's pose in the world for an ego car on the road. */
export function cameraPose(
  world: Pick<World, 'road'>,
  camera: SimulatedCamera,
  ego: EgoState,
): Pose {
  const point = world.road.at(ego.sM);
  const [x, y, z] = world.road.toWorld(ego.sM, ego.dM);
  const { mount } = camera;
  const yawRad = point.headingRad + ego.yawRad;
  return {
    x: x + Math.cos(yawRad) * mount.forwardM - Math.sin(yawRad) * mount.leftM,
    y: y + Math.sin(yawRad) * mount.forwardM + Math.cos(yawRad) * mount.leftM,
    z: z + mount.heightM + point.slope * mount.forwardM,
    yawRad: yawRad + mount.yawRad,
    pitchRad: mount.pitchRad - Math.atan(point.slope) + (ego.pitchRad ?? 0),
    rollRad: mount.rollRad + (ego.rollRad ?? 0),
  };
}

/** Centre of the ego lane: the ego direction's `lane`, counted from the centre line; the outermost by default. */
export function laneCentreM(world: World, lane = world.make.lanesPerDirection - 1): number {
  const { centreLine, laneWidthM } = world.make;
  return centreLine === 'none' ? 0 : -laneWidthM * (lane + 0.5);
}
