import type { Road } from '../../world/road.js';
import { egoCar } from './ego-car.js';

/** Where a car's rear axle is: metres along the road, metres left of its centre, heading off the road's, radians. */
export interface RoadPlace {
  sM: number;
  dM: number;
  yawRad: number;
}

/** Metres ahead on the lane that the car steers for: what it drives in 0.9 s, and no less than 8 m. */
export function lookAheadM(speedMps: number): number {
  return Math.max(8, speedMps * 0.9);
}

/**
 * Steering that brings a car onto the lane's centre, `laneDM` metres left of the road's, and keeps it there: the
 * arc through the point of the lane at the look-ahead (pure pursuit, Coulter 1992), driven by the kinematic
 * bicycle, atan(wheelbase * curvature). Radians and 1/metres, positive to the left. The reference controller drives
 * by it, and it labels every rendered picture, so that the network learns what the reference does.
 */
export function pursueLane(
  road: Road,
  { sM, dM, yawRad }: RoadPlace,
  laneDM: number,
  aheadM: number,
): { steeringRad: number; curvaturePerM: number } {
  const [x, y] = road.toWorld(sM, dM);
  const [targetX, targetY] = road.toWorld(sM + aheadM, laneDM);
  const heading = road.at(sM).headingRad + yawRad;
  const left = -Math.sin(heading) * (targetX - x) + Math.cos(heading) * (targetY - y);
  const distance2 = (targetX - x) ** 2 + (targetY - y) ** 2;
  const curvaturePerM = (2 * left) / distance2;
  return { steeringRad: Math.atan(egoCar.wheelbaseM * curvaturePerM), curvaturePerM };
}
