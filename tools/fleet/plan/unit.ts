import { createHash } from 'node:crypto';
import type { DriveIdentity } from '../store/identity.js';

/** Raised when the content of a unit's files changes, so that old files are not mistaken for new ones. */
const unitFormat = 1;

/** Part of a drive whose results are kept, on the drive's own clock. */
export interface Piece {
  /** From 0. */
  number: number;
  /** Log times, nanoseconds as text (JSON has no such numbers): `fromNs` inclusive, `toNs` exclusive. */
  fromNs: string;
  toNs: string;
  /** Where the run begins: at `fromNs`, or some seconds before it. */
  runUpFromNs: string;
  /** Stamp of the drive's first picture, from which `source_time_ns` counts. */
  driveFromNs: string;
}

/** One piece of work for a worker: a drive, or a piece of one. */
export interface Unit {
  /** The drive's name; with its number for a piece: `night/0412#3`. */
  name: string;
  drive: string;
  location: string;
  topic: string | undefined;
  /** Of a recording of several cameras; undefined if none was chosen. */
  camera: string | undefined;
  identity: DriveIdentity;
  /** Undefined for a complete drive. */
  piece: Piece | undefined;
  /** Seconds of driving that are kept, if known. */
  seconds: number | undefined;
  /** Names the unit's files: hash of the drive, the piece, and everything that determines its results. */
  key: string;
}

/**
 * Key of a unit's results. It does not include the location: the same drive in a folder and in a bucket gives the
 * same results under the same name.
 */
export function unitKey(unit: Omit<Unit, 'key' | 'location' | 'seconds'>, runKey: string): string {
  const { name, drive, topic = null, camera, identity, piece = null } = unit;
  // A camera is included only if one was chosen, so that older keys stay valid.
  const facts = { unitFormat, name, drive, topic, camera, identity, piece, runKey };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** Paths of a unit's files. `whole` is written last; its presence means that the unit is done. */
export const unitFiles = (key: string) => ({
  results: `units/${key}/results.mcap`,
  times: `units/${key}/times.mcap`,
  whole: `units/${key}/unit.json`,
  failed: `failed/${key}.json`,
});
