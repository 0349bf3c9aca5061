import type { Conditions } from '../world/conditions.js';
import { type Domain, dataSetDomain } from '../world/domain.js';
import { withEffects } from '../world/draw-effects.js';
import type { Random } from '../world/random.js';
import type { StretchKind } from '../world/settings.js';

export const driveWeathers = ['clear', 'rain', 'fog', 'night'] as const;
export type DriveWeather = (typeof driveWeathers)[number];
export const driveRoads = [
  'rural',
  'town',
  'suburb',
  'motorway',
] as const satisfies readonly StretchKind[];
export type DriveRoad = (typeof driveRoads)[number];

/** Requested look of a drive; the seed decides what is omitted. */
export interface DriveLook {
  weather?: DriveWeather | undefined;
  /** One kind of road from end to end. */
  road?: StretchKind | undefined;
  /** Tightest bend, metres. */
  minRadiusM?: number | undefined;
}

/** Name of the metadata in which a recording stores its requested look. */
export const driveLookMetadataName = 'windshield.look';

export const driveLookMetadata = ({ weather, road }: DriveLook): Record<string, string> => ({
  ...(weather !== undefined && { weather }),
  ...(road !== undefined && { road }),
});

/** Extinction of a fog with about 80 m of visibility, 1/metres. */
const fogPerM = 0.024;

/**
 * Ordinary conditions changed to the requested weather; the seed's conditions if none is requested. `random` is a
 * separate stream.
 */
export function inWeather(
  conditions: Conditions,
  weather: DriveWeather | undefined,
  random: Random,
): Conditions {
  if (weather === undefined || weather === 'clear') return conditions;
  if (weather === 'fog') return { ...conditions, hazePerM: fogPerM };
  return withEffects(conditions, random, onlyWeather(weather));
}

/** The domain of data sets with one weather always on, and a clean, sharp camera. */
const onlyWeather = (weather: 'rain' | 'night'): Domain => ({
  ...dataSetDomain,
  rain: { ...dataSetDomain.rain, chance: weather === 'rain' ? 1 : 0, strength: [0.4, 1] },
  night: { ...dataSetDomain.night, chance: weather === 'night' ? 1 : 0 },
  puddles: { ...dataSetDomain.puddles, chance: 0 },
  glare: { ...dataSetDomain.glare, chance: 0 },
  shutter: { ...dataSetDomain.shutter, blurChance: 0, rollingChance: 0 },
  dirt: { ...dataSetDomain.dirt, chance: 0 },
});
