import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readInputText } from '../files/read-input.js';
import { PerceptionError } from '../frame/perception-error.js';
import {
  atRate,
  type DrivePicture,
  inOrderOfTime,
  type PictureDrive,
  rateOf,
} from './picture-drive.js';
import { type BadUdacityRow, readUdacityRows, type UdacityRow } from './udacity-rows.js';

export const udacityLogName = 'driving_log.csv';
/** A row takes about 200 bytes: a million rows are half a day. */
const maxLogBytes = 256 * 2 ** 20;

/** The simulator's steering -1..1 means -25..25 degrees at the wheels, positive to the right. */
const wheelRadPerUnit = -(25 * Math.PI) / 180;

/** True for a folder that holds a Udacity drive. */
export function isUdacityFolder(dir: string): boolean {
  return existsSync(join(dir, udacityLogName));
}

/**
 * Reads a drive of the Udacity simulator: the centre camera's pictures in order of the times in their names, with
 * steering (radians at the wheels, positive to the left) and speed (m/s) from the log. The log may have a header or
 * none, and paths of another machine: only their last part counts, looked up in `IMG` and in the folder itself.
 * Problems of frames: `missing` (no such picture), `bad_row` (see readUdacityRows), `same_time` (as the previous
 * frame). With `rateHz`, frames come at that rate; without it or times in the names, at the default rate.
 * Rejects with ERR_SOURCE_MISSING or ERR_SOURCE_EMPTY.
 */
export async function readUdacityDrive(dir: string, rateHz?: number): Promise<PictureDrive> {
  const logPath = join(dir, udacityLogName);
  const text = readInputText(logPath, {
    code: 'ERR_SOURCE_MISSING',
    what: 'a log of a drive',
    maxBytes: maxLogBytes,
  });
  const places = await picturePlaces(dir);
  const rows = readUdacityRows(text).map((row) => pictureOfRow(row, places));
  const usable = rows.filter(({ problem }) => problem === undefined);
  if (usable.length === 0) {
    const found = rows.length === 0 ? 'no rows' : `${rows.length} rows, first: ${rows[0]!.problem}`;
    throw new PerceptionError(
      'ERR_SOURCE_EMPTY',
      `expected rows with pictures in ${logPath}, found ${found}`,
    );
  }
  const hasTimes = rateHz === undefined && usable.every(({ stampNs }) => stampNs > 0n);
  const pictures = hasTimes ? inOrderOfTime(rows) : atRate(rows, rateHz);
  return { name: basename(dir), pictures, rateHz: rateHz ?? rateOf(pictures) };
}

function pictureOfRow(
  row: UdacityRow | BadUdacityRow,
  places: ReadonlyMap<string, string>,
): DrivePicture {
  if ('problem' in row) return { path: '', stampNs: 0n, sourceTimeNs: 0n, problem: 'bad_row' };
  const { speedMps } = row;
  const pictureName = row.pictures.centre;
  // Adding zero turns -0 into 0.
  const steeringRad = row.steering * wheelRadPerUnit + 0;
  const path = places.get(pictureName);
  return {
    path: path ?? pictureName,
    stampNs: stampOfName(pictureName),
    sourceTimeNs: 0n,
    steeringRad,
    ...(speedMps !== undefined && { speedMps }),
    ...(path === undefined && { problem: 'missing' }),
  };
}

/** Time stamp from a name such as center_2018_07_16_17_11_43_382.jpg, taken as UTC; 0 if there is none. */
function stampOfName(name: string): bigint {
  const match = /_(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d{3})\.\w+$/.exec(name);
  if (match === null) return 0n;
  const [year, month, day, hour, minute, second, ms] = match.slice(1).map(Number) as number[];
  const unixMs = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!, ms!);
  return BigInt(unixMs) * 1_000_000n;
}

async function picturePlaces(dir: string): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  for (const folder of [dir, join(dir, 'IMG')]) {
    for (const name of await readdir(folder).catch(() => [])) places.set(name, join(folder, name));
  }
  return places;
}
