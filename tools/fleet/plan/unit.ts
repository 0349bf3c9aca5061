import { createHash } from 'node:crypto';
import type { DriveIdentity } from '../store/identity.js';

/** Raised when what a unit's files hold changes, so that old ones are not taken for new ones. */
const unitFormat = 1;

/** A part of a drive whose results are kept, on the drive's own clock. */
export interface Piece {
  /** From 0. */
  number: number;
  /** Log times, nanoseconds as text (JSON has no such numbers): the first included, the last not. */
  fromNs: string;
  toNs: string;
  /** Where the run begins: at `fromNs`, or some seconds before it. */
  runUpFromNs: string;
  /** Stamp of the drive's first picture, which `source_time_ns` counts from. */
  driveFromNs: string;
}

/** What one worker does in one go: a drive, or a piece of one. */
export interface Unit {
  /** The drive's name; of a piece with its number: `night/0412#3`. */
  name: string;
  drive: string;
  location: string;
  topic: string | undefined;
  identity: DriveIdentity;
  /** Undefined for a whole drive. */
  piece: Piece | undefined;
  /** Seconds of driving that are kept, where they are known. */
  seconds: number | undefined;
  /** Names the unit's files: hash of the drive, the piece, and all that decides its results. */
  key: string;
}

/**
 * The name of a unit's results. Where the drive lies is left out: the same drive in a folder and in a bucket gives the
 * same results under the same name.
 */
export function unitKey(unit: Omit<Unit, 'key' | 'location' | 'seconds'>, runKey: string): string {
  const { name, drive, topic = null, identity, piece = null } = unit;
  const facts = { unitFormat, name, drive, topic, identity, piece, runKey };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** Where the files of a unit lie. `whole` is written last: with it the unit is done. */
export const unitFiles = (key: string) => ({
  results: `units/${key}/results.mcap`,
  times: `units/${key}/times.mcap`,
  whole: `units/${key}/unit.json`,
  failed: `failed/${key}.json`,
});
