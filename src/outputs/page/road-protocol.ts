import type { CameraModel } from '../../calibration/camera-model.js';
import type { CameraMount } from '../../calibration/ground.js';

/** Who may steer on the simulated road. */
export const drivers = ['keyboard', 'network', 'reference'] as const;
export type Driver = (typeof drivers)[number];

/** Keys that are held down. */
export interface HeldKeys {
  left: boolean;
  right: boolean;
  faster: boolean;
  slower: boolean;
}

export const noKeys: HeldKeys = { left: false, right: false, faster: false, slower: false };

/** Requests of the page, as JSON to `/road/control`; everything may be left out. */
export interface RoadControl {
  driver?: Driver;
  keys?: HeldKeys;
  /** Continue in this world. */
  seed?: number;
}

/**
 * The state that goes with a picture of the road: the first part, as JSON, of the answer of `/road/frame`. A
 * PerceptionFrame, a GroundTruth and a JPEG follow it.
 */
export interface RoadState {
  /** Counts pictures from 1. */
  frame: number;
  seed: number;
  driver: Driver;
  speedMps: number;
  steeringRad: number;
  /** To the left of the lane's centre. */
  offsetM: number;
  laneWidthM: number;
  interventions: number;
  elapsedS: number;
  /** Percent. */
  autonomy: number;
  /** What went wrong last; empty when nothing did. */
  problem: string;
  camera: CameraModel;
  mount: CameraMount;
  /** Borders of the car's lane on the picture, pixels. */
  laneBordersPx: readonly (readonly (readonly [x: number, y: number])[])[];
}
