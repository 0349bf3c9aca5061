import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { pictureExtensions, pictureFileSize } from '../codec/picture-file.js';
import { pictureNote } from '../codec/picture-notes.js';
import { PerceptionError } from '../frame/perception-error.js';

/** One picture of a drive that is stored as files. */
export interface DrivePicture {
  path: string;
  /** Nanoseconds since the Unix epoch; 0 when unknown. */
  stampNs: bigint;
  /** Nanoseconds since the drive's first picture. */
  sourceTimeNs: bigint;
  /** Steering angle at the wheels, radians, positive to the left, if a log has it. */
  steeringRad?: number;
  /** Metres per second, if a log has it. */
  speedMps?: number;
  /** Why this frame has no usable picture; it still counts, and keeps its place. */
  problem?: string;
}

/** A drive as files: its frames in order of time, including those without a usable picture. */
export interface PictureDrive {
  name: string;
  pictures: DrivePicture[];
  /** Frames per second. */
  rateHz: number;
}

/** Rate of pictures without times, frames per second. */
export const defaultPictureRateHz = 20;

// The same order on every machine: numbers by value, so that frame2 comes before frame10.
const naturalOrder = new Intl.Collator('en', { numeric: true }).compare;

/** A file name that is a time in seconds, as recorders write them: 1403636579.763555.png. */
const secondsName = /^(\D*)(\d+)\.(\d+)$/;

/** Natural order, or by value if every picture's name is a decimal number: natural order puts 9.8 before 9.763. */
function orderOf(pictures: readonly string[]): (a: string, b: string) => number {
  const parts = new Map(
    pictures.map((name) => [name, secondsName.exec(name.slice(0, -extname(name).length))] as const),
  );
  const first = parts.get(pictures[0] ?? '')?.[1];
  const plain = (a: string, b: string) => naturalOrder(a, b) || (a < b ? -1 : 1);
  if (![...parts.values()].every((found) => found != null && found[1] === first)) return plain;
  return (a, b) => {
    const [, , wholeA, decimalsA] = parts.get(a)!;
    const [, , wholeB, decimalsB] = parts.get(b)!;
    const difference = BigInt(wholeA!) - BigInt(wholeB!);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
    if (decimalsA !== decimalsB) return decimalsA! < decimalsB! ? -1 : 1;
    return plain(a, b);
  };
}

/**
 * Lists the pictures of a folder (not of its subfolders), in the order of their names, at `rateHz` frames per second.
 * Rejects with ERR_USAGE (a rate that is not above 0), ERR_SOURCE_MISSING or ERR_SOURCE_EMPTY.
 */
export async function listPictureFolder(
  dir: string,
  rateHz = defaultPictureRateHz,
): Promise<PictureDrive> {
  if (!(rateHz > 0 && Number.isFinite(rateHz))) {
    throw new PerceptionError('ERR_USAGE', `expected a rate above 0 Hz, found ${rateHz}`);
  }
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause) => {
    throw new PerceptionError('ERR_SOURCE_MISSING', `cannot read the folder ${dir}: ${cause}`, {
      cause,
    });
  });
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .filter((name) => pictureExtensions.includes(extname(name).toLowerCase()));
  names.sort(orderOf(names));
  if (names.length === 0) {
    throw new PerceptionError(
      'ERR_SOURCE_EMPTY',
      `expected pictures (${pictureExtensions.join(' ')}) in ${dir}, found none among ${entries.length} entries`,
    );
  }
  const pictures = names.map((name, i) => ({
    path: join(dir, name),
    stampNs: 0n,
    sourceTimeNs: timeAt(i, rateHz),
  }));
  return { name: basename(dir), pictures, rateHz };
}

/** A drive of a single picture. */
export function onePictureDrive(path: string, rateHz = defaultPictureRateHz): PictureDrive {
  const pictures = [{ path, stampNs: 0n, sourceTimeNs: 0n }];
  return { name: basename(path), pictures, rateHz };
}

/** Width and height of the first readable picture, pixels. Rejects with ERR_SOURCE_FORMAT if there is none. */
export async function drivePictureSize(
  drive: PictureDrive,
): Promise<{ widthPx: number; heightPx: number }> {
  for (const { path, problem } of drive.pictures) {
    if (problem !== undefined) continue;
    const size = await pictureFileSize(path).catch(() => undefined);
    if (size !== undefined) return size;
  }
  const count = drive.pictures.length;
  const tried = drive.pictures.find(({ problem }) => problem === undefined)?.path;
  const first = tried === undefined ? '' : `, the first: ${tried}`;
  throw new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected pictures that can be read in ${drive.name}, found none among ${count}${first}`,
  );
}

/** Notes for the user about a drive's pictures, from the first usable one: see `pictureNote`. */
export async function pictureDriveNotes({ pictures }: PictureDrive): Promise<string[]> {
  const first = pictures.find(({ problem }) => problem === undefined);
  const note = first && (await pictureNote(first.path));
  return note === undefined ? [] : [`${basename(first!.path)}: ${note}`];
}

/** Nanoseconds from the first frame to frame `index`; each is rounded on its own, so that errors do not add up. */
export function timeAt(index: number, rateHz: number): bigint {
  return BigInt(Math.round((index * 1e9) / rateHz));
}

/**
 * Frames of a log in order of their stamps, with times from the first; a frame with the stamp of the previous one gets the
 * problem `same_time`. At least one frame must have a stamp.
 */
export function inOrderOfTime(rows: readonly DrivePicture[]): DrivePicture[] {
  // A row without a time stays after the previous row.
  let lastNs = rows.find(({ stampNs }) => stampNs > 0n)!.stampNs;
  const timed = rows.map((row) => {
    if (row.stampNs > 0n) lastNs = row.stampNs;
    return { ...row, stampNs: lastNs };
  });
  timed.sort((a, b) => (a.stampNs < b.stampNs ? -1 : a.stampNs > b.stampNs ? 1 : 0));
  const startNs = timed[0]!.stampNs;
  let usedNs = -1n;
  return timed.map((row) => {
    const picture: DrivePicture = { ...row, sourceTimeNs: row.stampNs - startNs };
    if (picture.problem === undefined && row.stampNs === usedNs) picture.problem = 'same_time';
    if (picture.problem === undefined) usedNs = row.stampNs;
    return picture;
  });
}

/** Frames of a log in its own order, at a fixed rate. */
export function atRate(
  rows: readonly DrivePicture[],
  rateHz = defaultPictureRateHz,
): DrivePicture[] {
  return rows.map((picture, i) => ({ ...picture, stampNs: 0n, sourceTimeNs: timeAt(i, rateHz) }));
}

/** Frames per second from the median step, so that a pause between two runs does not count. */
export function rateOf(pictures: readonly DrivePicture[]): number {
  const stepsNs = pictures
    .slice(1)
    .map(({ sourceTimeNs }, i) => Number(sourceTimeNs - pictures[i]!.sourceTimeNs))
    .filter((stepNs) => stepNs > 0)
    .sort((a, b) => a - b);
  const middleNs = stepsNs[stepsNs.length >> 1];
  return middleNs === undefined ? defaultPictureRateHz : Math.round(1e11 / middleNs) / 100;
}
