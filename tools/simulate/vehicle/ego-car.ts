/** The car that carries the camera: its size, metres. Its origin is the middle of the rear axle, on the road. */
export const egoCar = {
  wheelbaseM: 2.7,
  /** Over the outer flanks of the tyres. */
  widthM: 1.8,
} as const;

/** How fast the car of the steering data and of the closed loop drives, m/s: one picture does not tell the speed. */
export const egoSpeedMps = 12;
