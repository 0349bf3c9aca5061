/** Decoded results, before they become messages. Pixels are of the captured (distorted) frame, from its top-left corner. */

export interface Detection {
  /** Index into the bundle's class names (background not counted). */
  classId: number;
  /** Probability 0..1. */
  score: number;
  /** Left, top, right, bottom in pixels of the captured frame, clipped to it. */
  boxXyxyPx: [number, number, number, number];
  /** Set by tracking; 0 means not tracked. */
  trackId: number;
}

export interface SignReading {
  /** Index into the sign classes; -1 if the network abstained. */
  classId: number;
  /** Temperature-scaled probability of the best class, 0..1, given also when it abstained. */
  probability: number;
  /** Index into the frame's detections of the box that was cropped. */
  detectionIndex: number;
}

/** A class map as run lengths in row order: runLengths[i] pixels of class runClasses[i]. */
export interface SegmentationResult {
  /** Size of the class map, pixels. */
  widthPx: number;
  heightPx: number;
  runLengths: Uint32Array;
  runClasses: Uint8Array;
  /** Share of the map's pixels for each class, 0..1. */
  classShares: Float32Array;
  /**
   * Free space: for each map column, the share of the height (0..1, from the bottom) that is drivable
   * without interruption.
   */
  freeSpaceNorm: Float32Array;
}

/** Where the steering leads compared with what the class map shows, metres; positive: the path is to the left of it. */
export interface SteeringCheckResult {
  aheadM: number;
  /** The path's offset to the left of straight ahead. */
  pathM: number;
  /** Against the middle of the free space; absent if that is not completely in view. */
  freeSpaceM?: number;
  /** Against the centre of the lane. */
  laneM?: number;
  /** Against the circle that the recorded driver steered. */
  driverM?: number;
  /** Distance from lane or driver from which the steering disagrees. */
  thresholdM: number;
}

/** How far a frame is from the ordinary ones. */
export interface NoveltyResult {
  /** 1 and above is novel; 0 if unknown. */
  value: number;
  /** Mean squared error of the reconstruction, in the network's input scale. */
  reconstructionError: number;
  /** Mahalanobis distance to the ordinary frames. */
  distance: number;
  /** True while `novel_scene` is reported: frames were novel for `beginS` and have not been ordinary for `endS` since. */
  isNovel: boolean;
}

export interface SteeringResult {
  /** Steering angle at the wheels after limits, radians, positive to the left. */
  angleRad: number;
  /** The network's own answer before limits, radians. */
  rawAngleRad: number;
  /** 1 / radius of the circle driven, 1/metres, positive to the left. */
  curvaturePerM: number;
  /** True if the value or the rate limit changed the answer. */
  isLimited: boolean;
  /** The network's throttle, in its own units: a suggestion that nothing acts on. */
  suggestedThrottle?: number;
}
