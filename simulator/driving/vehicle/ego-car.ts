/**
 * The car that carries the camera: sizes in metres, limits in SI units. Its origin is the middle of the rear axle, on
 * the road.
 */
export const egoCar = {
  wheelbaseM: 2.7,
  /** Over the outer flanks of the tyres. */
  widthM: 1.8,
  /** The wheels turn no further than this, and no quicker. */
  maxSteeringRad: 0.6,
  maxSteeringRateRadPerS: 0.6,
  /** From a command to the wheels' first movement, seconds. */
  actuatorDelayS: 0.05,
  /** Dry tyres hold this much sideways acceleration, m/s²; asked for more, the car runs wide. */
  maxLateralMps2: 7,
  /** What the brakes and the engine do, m/s². */
  brakingMps2: 5,
  acceleratingMps2: 2,
} as const;

/** How fast the car of the steering data and of the closed loop drives, m/s: one picture does not tell the speed. */
export const egoSpeedMps = 12;
