import type { Texture } from '../rendering/raster/texture.js';
import type { Actor } from './actors.js';
import type { Domain } from './domain.js';
import type { Rgb } from './models/mesh.js';
import type { Prop } from './prop.js';
import type { Road } from './road.js';
import type { RoadMake, Stretch, StretchKind, VehicleMix, WorldDensity } from './settings.js';

/** The ground's pictures and colours. */
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
  /** The road's own paint where left out. */
  colour?: Rgb;
  /** 0..1; that of the road's paint where left out. */
  opacity?: number;
}

/** A road that joins the main one at a right angle. */
export interface SideRoad {
  sM: number;
  widthM: number;
  /** 1 to the left, -1 to the right. */
  sides: readonly (1 | -1)[];
}

/** A road with all that stands and moves beside and on it; the same seed gives the same world. */
export interface World {
  road: Road;
  make: RoadMake;
  stretches: Stretch[];
  statics: Prop[];
  actors: Actor[];
  marks: PaintMark[];
  sideRoads: SideRoad[];
  ground: GroundLook;
  /** Colour of the season, a factor a channel. */
  greenTint: Rgb;
}

export interface WorldOptions {
  /** A road without hills. */
  isFlat?: boolean;
  lengthM: number;
  density: WorldDensity;
  /** An ordinary road's where left out. */
  vehicleMix?: VehicleMix;
  /** One kind for the whole road, or undefined for a mix. */
  kind?: StretchKind | undefined;
  lightsOn: boolean;
  greenTint: Rgb;
  /** The road is one lane that the ego car has for itself, in stone and colours that other roads do not have. */
  singleLane?: Domain['singleLane'];
  minRadiusM: number;
  straightShare: number;
  /** The road's heading stays this near to that of its start, so that a long road does not cross itself. */
  maxHeadingRad?: number;
  /** Ordinary road users keep out of this stretch of the ego lane, so that no scene begins inside a lorry. */
  egoFromM: number;
  /** Vehicles ahead in the ego lane drive at least this fast, m/s. */
  egoSpeedMps: number;
  /** Draws every sign class equally often instead of those that suit the place. */
  signClassIds?: readonly number[];
  /** Keeps cyclists and people off the carriageway, and lights green: for an ego car that does not look. */
  isLaneClear?: boolean;
  /** How used up signs and paint are, 0..1. */
  maxWear: number;
  /** What scenes have beyond an ordinary road's; nothing where left out. */
  domain?: Domain;
}

/** Width of the pavement and of the parking strip, metres. */
export const pavementWidthM = 3;
export const parkingWidthM = 2.2;
/** Height of the kerb, metres. */
export const kerbM = 0.12;

/** The stretch a place along the road belongs to. */
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
