/** Facts for the page when it opens, as JSON at `/session.json`. */
export interface PageSession {
  /** Recordings that it opens together, at `/files/<place in the list>`. */
  files: { name: string; sizeBytes: number }[];
  /** Tasks whose bundles are at `/bundles/<task>/`. */
  bundles: string[];
  /** Whether frames come over the WebSocket at `/live`. */
  isLive: boolean;
  /** Names of the cameras of a rig with several, in order: `/live?camera=<name>` shows one. */
  cameras: readonly string[];
  /** Whether a simulated road is driven at `/road/`. */
  isRoad: boolean;
  /** Whether a camera is calibrated at `/calibration/`. */
  isCalibration: boolean;
  /** Whether heat maps that need a network's gradients are computed at `/explain/`. */
  isExplain: boolean;
}
