import type { Random } from './random.js';

/** What lines a stretch of road. */
export type StretchKind = 'rural' | 'town' | 'suburb' | 'motorway';

/** Dimensions and markings of the road, the same along the complete world. Offsets are metres from the centre line. */
export interface RoadMake {
  laneWidthM: number;
  lanesPerDirection: number;
  /** Half the carriageway: lanes and the strip beyond the edge line. */
  halfWidthM: number;
  dashLengthM: number;
  dashPeriodM: number;
  /** `none` for a single-lane road, which is driven in the middle. */
  centreLine: 'dashed' | 'solid' | 'double' | 'none';
}

/** Distance of the edge lines from the middle of the road, metres. */
export function edgeLineM({ centreLine, laneWidthM, lanesPerDirection }: RoadMake): number {
  return centreLine === 'none' ? laneWidthM / 2 : laneWidthM * lanesPerDirection;
}

/** Middles of the lanes of both directions, metres left of the middle of the road. */
export function laneMiddlesM({ centreLine, laneWidthM, lanesPerDirection }: RoadMake): number[] {
  if (centreLine === 'none') return [0];
  const lanes = Array.from({ length: lanesPerDirection }, (_, lane) => laneWidthM * (lane + 0.5));
  return [...lanes, ...lanes.map((middleM) => -middleM)];
}

export interface Stretch {
  fromM: number;
  toM: number;
  kind: StretchKind;
}

/** How full the world is and what fills it: data sets need more of everything than a quiet road has. */
export interface WorldDensity {
  /** Vehicles per 100 m of each lane. */
  vehicles: number;
  parked: number;
  people: number;
  cyclists: number;
  /** Signs per 100 m of roadside. */
  signs: number;
  lights: number;
}

/** Frequency of each kind of vehicle, relative to the others. */
export type VehicleMix = Readonly<Record<'car' | 'truck' | 'bus' | 'motorcycle', number>>;

export const ordinaryMix: VehicleMix = { car: 0.7, truck: 0.12, bus: 0.09, motorcycle: 0.09 };
/** For networks that must also learn the rare kinds. */
export const evenMix: VehicleMix = { car: 0.4, truck: 0.17, bus: 0.2, motorcycle: 0.23 };

/** Densities of an ordinary road. */
export const quietRoad: WorldDensity = {
  vehicles: 1.2,
  parked: 3,
  people: 4,
  cyclists: 0.8,
  signs: 2.6,
  lights: 0.5,
};

/** Draws dimensions and markings for a world that has mostly this kind of stretch. */
export function randomRoadMake(random: Random, kind: StretchKind): RoadMake {
  const lanesPerDirection = kind === 'motorway' || (kind === 'town' && random.chance(0.2)) ? 2 : 1;
  const laneWidthM =
    kind === 'town' || kind === 'suburb' ? random.range(2.9, 3.4) : random.range(3.25, 3.7);
  const dashes = random.pick([
    [3, 9],
    [4, 12],
    [6, 18],
    [3, 6],
    [2, 6],
  ] as const);
  return {
    laneWidthM,
    lanesPerDirection,
    halfWidthM: laneWidthM * lanesPerDirection + random.range(0.2, 0.55),
    dashLengthM: dashes[0],
    dashPeriodM: dashes[1],
    centreLine:
      lanesPerDirection === 2
        ? 'double'
        : random.pick(['dashed', 'dashed', 'dashed', 'solid'] as const),
  };
}
