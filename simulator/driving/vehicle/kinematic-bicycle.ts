import { egoCar } from './ego-car.js';

/** A car on a plane: the middle of its rear axle, metres; x forward at yaw 0, y left; yaw towards the left, radians. */
export interface BicycleState {
  xM: number;
  yM: number;
  yawRad: number;
  speedMps: number;
  /** Angle of the front wheels, positive to the left. */
  steeringRad: number;
}

/**
 * Curvature of the rear axle's path, 1/metres, positive to the left: tan(steering) / wheelbase (Rajamani 2012,
 * section 2.2), limited by the tyres: beyond maxLateralMps2 / speed² they slide, and the path is wider.
 */
export function pathCurvature(steeringRad: number, speedMps: number): number {
  const wantedPerM = Math.tan(steeringRad) / egoCar.wheelbaseM;
  const mostPerM = egoCar.maxLateralMps2 / Math.max(speedMps * speedMps, 1e-9);
  return Math.min(mostPerM, Math.max(-mostPerM, wantedPerM));
}

/**
 * The state `dtS` later, with the steering held, a constant acceleration (the car stops at speed 0 and does not
 * reverse), and `drawnPerM` added to the curvature by wind and road. The step is an exact arc when the speed is
 * constant: a circle stays one at any step size.
 */
export function advanceBicycle(
  state: BicycleState,
  accelerationMps2: number,
  dtS: number,
  drawnPerM = 0,
): BicycleState {
  const { xM, yM, yawRad, steeringRad } = state;
  const speedMps = Math.max(0, state.speedMps + accelerationMps2 * dtS);
  const meanMps = meanSpeed(state.speedMps, accelerationMps2, dtS);
  const turnRad = (pathCurvature(steeringRad, meanMps) + drawnPerM) * meanMps * dtS;
  // Chord of an arc: the arc's length times sin(half) / half, along the mean heading.
  const half = turnRad / 2;
  const chordM = meanMps * dtS * (Math.abs(half) < 1e-6 ? 1 : Math.sin(half) / half);
  return {
    xM: xM + chordM * Math.cos(yawRad + half),
    yM: yM + chordM * Math.sin(yawRad + half),
    yawRad: yawRad + turnRad,
    speedMps,
    steeringRad,
  };
}

/** Mean speed of a car that may stop within the step. */
function meanSpeed(speedMps: number, accelerationMps2: number, dtS: number): number {
  const endMps = speedMps + accelerationMps2 * dtS;
  if (endMps >= 0) return (speedMps + endMps) / 2;
  return (speedMps * speedMps) / (2 * -accelerationMps2 * dtS);
}
