import type { Texture } from '../rendering/raster/texture.js';
import type { Actor } from './actors.js';
import type { Domain } from './domain.js';
import type { Rgb } from './models/mesh.js';
import type { Prop } from './prop.js';
import type { Road } from './road.js';
import type { RoadMake, Stretch, StretchKind, VehicleMix, WorldDensity } from './settings.js';

/** The ground's textures and colours. */
export interface GroundLook {
  asphalt: Texture;
  meadow: Texture;
  verge: Texture;
  paving: Texture;
  paint: Rgb;
  paintOpacity: number;
  trackTone: number;
  asphaltTint: Rgb;
}

/** A painted rectangle on the road: metres along it and left of its centre line. */
export interface PaintMark {
  fromSM: number;
  toSM: number;
  fromDM: number;
  toDM: number;
  /** Defaults to the road's own paint. */
  colour?: Rgb;
  /** 0..1; defaults to that of the road's paint. */
  opacity?: number;
}

/** A road that joins the main one at a right angle. */
export interface SideRoad {
  sM: number;
  widthM: number;
  /** 1 to the left, -1 to the right. */
  sides: readonly (1 | -1)[];
}

/** A road with everything that stands or moves on it and next to it; the same seed gives the same world. */
export interface World {
  road: Road;
  make: RoadMake;
  stretches: Stretch[];
  statics: Prop[];
  actors: Actor[];
  marks: PaintMark[];
  sideRoads: SideRoad[];
  ground: GroundLook;
  /** Colour of the season, one factor per channel. */
  greenTint: Rgb;
}

export interface WorldOptions {
  /** A road without hills. */
  isFlat?: boolean;
  lengthM: number;
  density: WorldDensity;
  /** Defaults to that of an ordinary road. */
  vehicleMix?: VehicleMix;
  /** One kind for the entire road, or undefined for a mix. */
  kind?: StretchKind | undefined;
  lightsOn: boolean;
  greenTint: Rgb;
  /** A single-lane road that the ego car has to itself, in textures and colours that other roads do not have. */
  singleLane?: Domain['singleLane'];
  minRadiusM: number;
  straightShare: number;
  /** The road's heading stays this close to the initial one, so that a long road does not cross itself. */
  maxHeadingRad?: number;
  /** Other road users stay out of this stretch of the ego lane, so that no scene starts inside a lorry. */
  egoFromM: number;
  /** Each lane of the ego direction drives from 0.5 m/s slower than this to 2 m/s faster. */
  egoSpeedMps: number;
  /** Draws every sign class equally often instead of those that suit the place. */
  signClassIds?: readonly number[];
  /** Keeps cyclists and people off the carriageway, and lights green: for an ego car that does not look. */
  isLaneClear?: boolean;
  /** How worn signs and paint are, 0..1. */
  maxWear: number;
  /** Variations beyond an ordinary road; none if omitted. */
  domain?: Domain;
}

/** Width of the pavement and of the parking strip, metres. */
export const pavementWidthM = 3;
export const parkingWidthM = 2.2;
/** Height of the kerb, metres. */
export const kerbM = 0.12;

/** The stretch that a place along the road belongs to. */
export function stretchAt(world: World, sM: number): Stretch {
  return world.stretches.find((stretch) => sM < stretch.toM) ?? world.stretches.at(-1)!;
}

/** Offset from the centre line to where the asphalt ends, metres. */
export function asphaltEdgeM(world: World, stretch: Stretch): number {
  const hasParking = stretch.kind === 'town';
  return (
    world.make.halfWidthM + (hasParking ? parkingWidthM : stretch.kind === 'motorway' ? 2.2 : 0)
  );
}
