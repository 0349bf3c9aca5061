import type { DetectionClass } from '../../src/perception/classes.js';
import type { Pose } from '../rendering/raster/painter.js';
import type { Mesh, Surface } from './models/mesh.js';

/** Class ids of segmentationClasses by name, for code that builds the world. */
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

/** A part of an object that has one class. */
export interface Part {
  mesh: Mesh;
  surfaces: readonly Surface[];
  /** Its surfaces at a time, seconds, if they change. */
  surfacesAt?: (timeS: number) => readonly Surface[];
  /** Index into segmentationClasses. */
  segmentId: number;
  /** Set if the part is an object of the detector. */
  detection?: DetectionClass;
  /** GTSRB class id of a sign's face. */
  signClassId?: number;
  /** Turned about its upright axis to face the camera: for flat crowns of trees. */
  facesCamera?: boolean;
  /** Not an object when seen from behind: a sign's face is only readable from the front. */
  frontOnly?: boolean;
  scale?: number;
}

/** An object that stands in the world. */
export interface Prop {
  pose: Pose;
  radiusM: number;
  parts: readonly Part[];
  /** Extent that casts a shadow, metres: length along its axis, width, height. */
  shadow?: { lengthM: number; widthM: number; heightM: number; fromM: number };
}
