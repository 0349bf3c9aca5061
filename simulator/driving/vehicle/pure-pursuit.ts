import type { Road } from '../../world/road.js';
import { egoCar } from './ego-car.js';

/** Place of a car's rear axle: metres along the road, metres left of its centre, heading relative to the road's, radians. */
export interface RoadPlace {
  sM: number;
  dM: number;
  yawRad: number;
}

/** Distance of the point on the lane that the car steers for, metres: its travel in 0.9 s, and at least 8 m. */
export function lookAheadM(speedMps: number): number {
  return Math.max(8, speedMps * 0.9);
}

/**
 * Steering that brings a car onto the lane's centre, `laneDM` metres left of the road's, and keeps it there: the arc
 * through the lane's point at the look-ahead distance (pure pursuit, Coulter 1992), driven by the kinematic bicycle,
 * atan(wheelbase * curvature). Radians and 1/metres, positive to the left. The reference controller uses it, and it
 * labels every rendered picture, so that the network learns what the reference does.
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
