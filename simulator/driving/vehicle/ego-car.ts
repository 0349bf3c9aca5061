/**
 * The car that carries the camera: sizes in metres, limits in SI units. Its origin is the middle of the rear axle, on
 * the road.
 */
export const egoCar = {
  wheelbaseM: 2.7,
  /** Measured over the outer flanks of the tyres. */
  widthM: 1.8,
  /** Limits of the wheels' angle and of its rate. */
  maxSteeringRad: 0.6,
  maxSteeringRateRadPerS: 0.6,
  /** Time from a command to the wheels' first movement, seconds. */
  actuatorDelayS: 0.05,
  /** Lateral acceleration that dry tyres hold, m/s²; beyond it the car runs wide. */
  maxLateralMps2: 7,
  /** Limits of the brakes and the engine, m/s². */
  brakingMps2: 5,
  acceleratingMps2: 2,
} as const;

/** Speed of the car in the steering data and in the closed loop, m/s: one picture does not show the speed. */
export const egoSpeedMps = 12;
