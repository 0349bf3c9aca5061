import type { DetectionClass } from '../../src/perception/classes.js';
import type { Pose } from '../rendering/raster/painter.js';
import type { Mesh, Surface } from './models/mesh.js';

/** Class ids of segmentationClasses by name, for the world's makers. */
export const segment = {
  sky: 0,
  building: 1,
  pole: 2,
  road: 3,
  pavement: 4,
  tree: 5,
  signSymbol: 6,
  fence: 7,
  car: 8,
  pedestrian: 9,
  bicyclist: 10,
} as const;

/** A piece of a thing that has one class. */
export interface Part {
  mesh: Mesh;
  surfaces: readonly Surface[];
  /** What it looks like at a time, seconds, where that changes. */
  surfacesAt?: (timeS: number) => readonly Surface[];
  /** Index into segmentationClasses. */
  segmentId: number;
  /** Set when the piece is an object of the detector. */
  detection?: DetectionClass;
  /** GTSRB class id of a sign's face. */
  signClassId?: number;
  /** Turned about its upright axis to face the camera: for flat crowns of trees. */
  facesCamera?: boolean;
  /** Seen from behind it is not an object: a sign's face is only readable from the front. */
  frontOnly?: boolean;
  scale?: number;
}

/** Something that stands in the world. */
export interface Prop {
  pose: Pose;
  radiusM: number;
  parts: readonly Part[];
  /** Extent that throws a shadow, metres: length along its axis, width, height. */
  shadow?: { lengthM: number; widthM: number; heightM: number; fromM: number };
}
