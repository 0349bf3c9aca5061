import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { Keys } from './keyboard-wheel.js';
import { type Driver, drivers } from './watched-drive.js';

/** What the page may ask for; everything may be left out. */
export interface Control {
  driver?: Driver;
  keys?: Keys;
  showsTruth?: boolean;
  /** Go on in this world. */
  seed?: number;
}

const keyNames = ['left', 'right', 'faster', 'slower'] as const;

/** Reads a request of the page. Throws ERR_USAGE for anything that is not one. */
export function parseControl(text: string): Control {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unexpected('JSON', text);
  }
  if (typeof value !== 'object' || value === null) throw unexpected('an object', text);
  const { driver, keys, showsTruth, seed } = value as Record<string, unknown>;
  const control: Control = {};
  if (driver !== undefined) {
    if (!drivers.includes(driver as Driver)) throw unexpected(`a driver of ${drivers}`, driver);
    control.driver = driver as Driver;
  }
  if (keys !== undefined) {
    const held = (keys ?? {}) as Record<string, unknown>;
    const [left, right, faster, slower] = keyNames.map((name) => held[name] === true);
    control.keys = { left: left!, right: right!, faster: faster!, slower: slower! };
  }
  if (showsTruth !== undefined) control.showsTruth = showsTruth === true;
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
