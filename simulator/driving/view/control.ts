import { PerceptionError } from '../../../src/frame/perception-error.js';
import {
  type Driver,
  drivers,
  noKeys,
  type RoadControl,
} from '../../../src/outputs/page/road-protocol.js';

const keyNames = Object.keys(noKeys) as (keyof typeof noKeys)[];

/** Parses a request of the page. Throws ERR_USAGE for anything else. */
export function parseControl(text: string): RoadControl {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unexpected('JSON', text);
  }
  if (typeof value !== 'object' || value === null) throw unexpected('an object', text);
  const { driver, keys, seed } = value as Record<string, unknown>;
  const control: RoadControl = {};
  if (driver !== undefined) {
    if (!drivers.includes(driver as Driver)) throw unexpected(`a driver of ${drivers}`, driver);
    control.driver = driver as Driver;
  }
  if (keys !== undefined) {
    const held = (keys ?? {}) as Record<string, unknown>;
    control.keys = { ...noKeys };
    for (const name of keyNames) control.keys[name] = held[name] === true;
  }
  if (seed !== undefined) {
    const isSeed = Number.isInteger(seed) && (seed as number) >= 0 && (seed as number) <= 2 ** 32;
    if (!isSeed) throw unexpected('a seed of 0 or more', seed);
    control.seed = seed as number;
  }
  return control;
}

const unexpected = (what: string, found: unknown) =>
  new PerceptionError(
    'ERR_USAGE',
    `expected ${what}, found ${(typeof found === 'string' ? found : String(JSON.stringify(found))).slice(0, 80)}`,
  );
