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

/** What a drive is asked to look like; what is left out its seed decides. */
export interface DriveLook {
  weather?: DriveWeather | undefined;
  /** One kind of road from end to end. */
  road?: StretchKind | undefined;
  /** Tightest bend, metres. */
  minRadiusM?: number | undefined;
}

/** Name of the metadata in which a recording says what it was asked to look like. */
export const driveLookMetadataName = 'windshield.look';

export const driveLookMetadata = ({ weather, road }: DriveLook): Record<string, string> => ({
  ...(weather !== undefined && { weather }),
  ...(road !== undefined && { road }),
});

/** Extinction of a fog in which one sees some 80 m, 1/metres. */
const fogPerM = 0.024;

/** Ordinary conditions as the asked weather has them; those of the seed where none is asked. `random` is a stream of its own. */
export function inWeather(
  conditions: Conditions,
  weather: DriveWeather | undefined,
  random: Random,
): Conditions {
  if (weather === undefined || weather === 'clear') return conditions;
  if (weather === 'fog') return { ...conditions, hazePerM: fogPerM };
  return withEffects(conditions, random, onlyWeather(weather));
}

/** The domain of data sets with one weather for certain, and a clean, sharp camera. */
const onlyWeather = (weather: 'rain' | 'night'): Domain => ({
  ...dataSetDomain,
  rain: { ...dataSetDomain.rain, chance: weather === 'rain' ? 1 : 0, strength: [0.4, 1] },
  night: { ...dataSetDomain.night, chance: weather === 'night' ? 1 : 0 },
  puddles: { ...dataSetDomain.puddles, chance: 0 },
  glare: { ...dataSetDomain.glare, chance: 0 },
  shutter: { ...dataSetDomain.shutter, blurChance: 0, rollingChance: 0 },
  dirt: { ...dataSetDomain.dirt, chance: 0 },
});
