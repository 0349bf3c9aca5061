import { PerceptionError } from '../frame/perception-error.js';
import type { CameraMount } from './ground.js';

/** A mount with all of its angles, and one standard deviation of each measured number. */
export interface MeasuredMount extends Required<CameraMount> {
  heightDeviationM: number;
  pitchDeviationRad: number;
  rollDeviationRad: number;
  yawDeviationRad: number;
}

/** Name of a recording's metadata record for how its camera was mounted. */
export const mountMetadataName = 'windshield.mount';

/** Range of each number, and its default (`usual`) if it may be omitted. */
const ranges: {
  readonly [Key in keyof MeasuredMount]: { least: number; most: number; usual?: number };
} = {
  heightM: { least: 0.05, most: 20 },
  pitchRad: { least: -1.2, most: 1.2 },
  rollRad: { least: -Math.PI, most: Math.PI, usual: 0 },
  yawRad: { least: -Math.PI, most: Math.PI, usual: 0 },
  heightDeviationM: { least: 0, most: 20, usual: 0 },
  pitchDeviationRad: { least: 0, most: 1, usual: 0 },
  rollDeviationRad: { least: 0, most: 1, usual: 0 },
  yawDeviationRad: { least: 0, most: 1, usual: 0 },
};

/**
 * The mount that these fields describe, metres and radians: at least `heightM` and `pitchRad`, as numbers or (in a
 * recording's metadata) as text. `where` begins the message. Throws ERR_CALIBRATION with what was expected and found.
 */
export function checkMount(fields: unknown, where: string): MeasuredMount {
  const fail = (problem: string): never => {
    throw new PerceptionError('ERR_CALIBRATION', `${where}: ${problem}`);
  };
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    return fail('expected a mount with heightM and pitchRad, found something else');
  const given = new Map<string, unknown>(Object.entries(fields));
  const known = Object.keys(ranges) as (keyof MeasuredMount)[];
  for (const key of given.keys())
    if (!known.includes(key as keyof MeasuredMount))
      fail(`unknown key "${key}"; known: ${known.join(', ')}`);
  const mount = {} as MeasuredMount;
  for (const key of known) {
    const { least, most, usual } = ranges[key];
    const found = given.get(key);
    const isText = typeof found === 'string' && found.trim() !== '';
    const value = found === undefined ? usual : isText ? Number(found) : found;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      return fail(
        `${key}: expected a number from ${least} to ${most}, found ${JSON.stringify(found)}`,
      );
    mount[key] = value;
  }
  return mount;
}

/** A mount as the text entries of a recording's metadata. */
export const mountMetadata = (mount: MeasuredMount): Record<string, string> =>
  Object.fromEntries(Object.entries(mount).map(([key, value]) => [key, String(value)]));
