import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type DrivePicture,
  defaultPictureRateHz,
  type PictureDrive,
  timeAt,
} from './picture-drive.js';

export const udacityLogName = 'driving_log.csv';

/** The simulator's steering -1..1 stands for -25..25 degrees at the wheels, positive to the right. */
const wheelRadPerUnit = -(25 * Math.PI) / 180;
/** The simulator shows miles an hour, and its log has the same number. */
const mpsPerMph = 0.44704;

/** True for a folder that holds a Udacity drive. */
export function isUdacityFolder(dir: string): boolean {
  return existsSync(join(dir, udacityLogName));
}

/**
 * A drive of the Udacity simulator: the centre camera's pictures in order of the times in their names, with
 * steering (radians at the wheels, positive to the left) and speed (m/s) of the log. The log may have a header
 * or none, and paths of another machine: only their last part counts, looked up in `IMG` and in the folder itself.
 * Left out and counted: `missing` pictures, `bad_row` (steering is not a number of -1 to 1), `same_time`.
 * Without times in the names the frames come at `rateHz`. Rejects with ERR_SOURCE_MISSING or ERR_SOURCE_EMPTY.
 */
export async function readUdacityDrive(dir: string, rateHz?: number): Promise<PictureDrive> {
  const logPath = join(dir, udacityLogName);
  const text = await readFile(logPath, 'utf8').catch((cause) => {
    throw new PerceptionError('ERR_SOURCE_MISSING', `cannot read ${logPath}: ${cause}`, { cause });
  });
  const rows = parseUdacityLog(text);
  const places = await picturePlaces(dir);
  const leftOut: Record<string, number> = {};
  const leave = (reason: string): void => {
    leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  };
  const found: DrivePicture[] = [];
  for (const row of rows) {
    const path = row && places.get(row.pictureName);
    if (row === undefined) leave('bad_row');
    else if (path === undefined) leave('missing');
    else {
      const { steeringRad, speedMps } = row;
      found.push({
        path,
        stampNs: stampOfName(row.pictureName),
        sourceTimeNs: 0n,
        steeringRad,
        ...(speedMps !== undefined && { speedMps }),
      });
    }
  }
  if (found.length === 0) {
    const reasons = Object.entries(leftOut).map(([reason, count]) => `${count} ${reason}`);
    const why = reasons.length === 0 ? 'the log has no rows' : reasons.join(', ');
    throw new PerceptionError(
      'ERR_SOURCE_EMPTY',
      `expected pictures for the rows of ${logPath}, found none: ${why}`,
    );
  }
  const hasTimes = rateHz === undefined && found.every(({ stampNs }) => stampNs > 0n);
  const pictures = hasTimes ? inOrderOfTime(found, leave) : atRate(found, rateHz);
  return { name: basename(dir), pictures, rateHz: rateHz ?? rateOf(pictures), leftOut };
}

/** One row of the log; undefined stands for a row that cannot be used. */
export type UdacityRow =
  | { pictureName: string; steeringRad: number; speedMps: number | undefined }
  | undefined;

/** Reads the log's text: centre, left, right, steering, throttle, brake, speed; further columns are passed over. */
export function parseUdacityLog(text: string): UdacityRow[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (lines[0]?.split(',')[3]?.trim().toLowerCase() === 'steering') lines.shift();
  return lines.map((line) => {
    const cells = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    const pictureName = cells[0]!.split(/[\\/]/).at(-1)!;
    const steering = numberIn(cells[3]);
    if (pictureName === '' || steering === undefined || Math.abs(steering) > 1) return undefined;
    const speedMph = numberIn(cells[6]);
    return {
      pictureName,
      // Adding zero turns -0 into 0.
      steeringRad: steering * wheelRadPerUnit + 0,
      speedMps: speedMph === undefined ? undefined : speedMph * mpsPerMph,
    };
  });
}

function numberIn(cell: string | undefined): number | undefined {
  if (cell === undefined || cell === '') return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

/** Time stamp in a name such as center_2018_07_16_17_11_43_382.jpg, taken as UTC; 0 where there is none. */
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

function inOrderOfTime(found: DrivePicture[], leave: (reason: string) => void): DrivePicture[] {
  found.sort((a, b) => (a.stampNs < b.stampNs ? -1 : a.stampNs > b.stampNs ? 1 : 0));
  const startNs = found[0]!.stampNs;
  const pictures: DrivePicture[] = [];
  for (const picture of found) {
    if (pictures.at(-1)?.stampNs === picture.stampNs) leave('same_time');
    else pictures.push({ ...picture, sourceTimeNs: picture.stampNs - startNs });
  }
  return pictures;
}

function atRate(found: DrivePicture[], rateHz = defaultPictureRateHz): DrivePicture[] {
  return found.map((picture, i) => ({ ...picture, stampNs: 0n, sourceTimeNs: timeAt(i, rateHz) }));
}

/** By the middle one of the steps, so that a pause between two runs does not count. */
function rateOf(pictures: DrivePicture[]): number {
  const stepsNs = pictures
    .slice(1)
    .map(({ sourceTimeNs }, i) => Number(sourceTimeNs - pictures[i]!.sourceTimeNs))
    .sort((a, b) => a - b);
  const middleNs = stepsNs[stepsNs.length >> 1];
  return middleNs === undefined ? defaultPictureRateHz : Math.round(1e11 / middleNs) / 100;
}
