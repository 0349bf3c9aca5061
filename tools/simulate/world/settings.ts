import type { Random } from '../random.js';

/** What lines a stretch of road. */
export type StretchKind = 'rural' | 'town' | 'suburb' | 'motorway';

/** The road's make, the same along the whole world. Offsets are metres from the centre line. */
export interface RoadMake {
  laneWidthM: number;
  lanesPerDirection: number;
  /** Half the carriageway: lanes and the strip beyond the edge line. */
  halfWidthM: number;
  dashLengthM: number;
  dashPeriodM: number;
  centreLine: 'dashed' | 'solid' | 'double';
}

export interface Stretch {
  fromM: number;
  toM: number;
  kind: StretchKind;
}

/** How full the world is and what fills it: data sets want more of everything than a quiet road has. */
export interface WorldDensity {
  /** Vehicles for each 100 m of each lane. */
  vehicles: number;
  parked: number;
  people: number;
  cyclists: number;
  /** Signs for each 100 m of roadside. */
  signs: number;
  lights: number;
}

/** Densities of an ordinary road. */
export const quietRoad: WorldDensity = {
  vehicles: 1.2,
  parked: 3,
  people: 4,
  cyclists: 0.8,
  signs: 2.6,
  lights: 0.5,
};

/** Draws the road's make for a world that has mostly this kind of stretch. */
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
