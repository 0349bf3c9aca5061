import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { choosePictures } from '../../../src/recording/picture-stream.js';
import { camerasIn, chosenCameraOf } from '../../../src/recording/recorded-cameras.js';
import type { RecordedBytes } from '../../../src/recording/recording-reader.js';
import { folderIdentity } from '../store/folder-identity.js';
import { type DriveIdentity, identify } from '../store/identity.js';
import { openDrive, readDrive } from '../store/open-drive.js';
import { isBucket, openPlaceOf } from '../store/open-store.js';
import type { Store, StoreOptions } from '../store/store.js';
import type { DrivesFile } from './drives-file.js';
import { type FoundDrive, findDrives } from './find-drives.js';
import { inParallel } from './in-parallel.js';
import { type Piece, type Unit, unitKey } from './unit.js';

/** Drives examined in parallel: each takes a few small reads and, in a bucket, mostly waiting. */
const drivesAtOnce = 16;

/** A drive as the plan knows it. */
interface KnownDrive extends FoundDrive {
  identity: DriveIdentity;
  /** Log times of the first and last picture, nanoseconds as text; omitted if the drive is not cut. */
  span?: { fromNs: string; toNs: string } | undefined;
}

/** A drive that cannot even be opened: it has no units, and is reported with the reason. */
export interface UnreadableDrive {
  name: string;
  location: string;
  code: string;
  message: string;
}

export interface Plan {
  units: Unit[];
  unreadable: UnreadableDrive[];
}

export interface PlanOptions extends StoreOptions {
  /** The pipeline file's camera that runs: it plays its own pictures of each recording that holds them. */
  camera?: string | undefined;
}

/**
 * Finds the drives and cuts them into units. Facts about the drives are cached in the results' store, by a hash of
 * the drives' names, so that a thousand workers of one job need not all examine every drive.
 */
export async function makePlan(
  file: DrivesFile,
  runKey: string,
  results: Store,
  options: PlanOptions = {},
): Promise<Plan> {
  const found = await findDrives(file.drives, options);
  const known = await lookedAt(found, file, results, options);
  const units: Unit[] = [];
  const unreadable: UnreadableDrive[] = [];
  for (const drive of known) {
    if ('code' in drive) unreadable.push(drive);
    else for (const piece of piecesOf(drive, file)) units.push(unitOf(drive, piece, runKey));
  }
  return { units, unreadable };
}

async function lookedAt(
  found: readonly FoundDrive[],
  { pieceSeconds, runUpSeconds }: DrivesFile,
  results: Store,
  options: PlanOptions,
): Promise<(KnownDrive | UnreadableDrive)[]> {
  const isCut = pieceSeconds !== undefined;
  const { camera } = options;
  // Plans of older versions ended with the recording instead of with its pictures.
  const ends = isCut ? 'pictures' : undefined;
  const sizes = await inParallel(found, drivesAtOnce, (drive) => sizeOf(drive, options));
  const asked = JSON.stringify({ found, sizes, pieceSeconds, runUpSeconds, camera, ends });
  const key = `plans/${createHash('sha256').update(asked).digest('hex').slice(0, 32)}.json`;
  const kept = await results.read(key);
  if (kept !== undefined) return JSON.parse(new TextDecoder().decode(kept));
  const known = await inParallel(found, drivesAtOnce, (drive) => look(drive, isCut, options));
  // A plan with unreadable drives is not cached, because they may be readable later.
  if (known.every((drive) => !('code' in drive)))
    await results.put(key, new TextEncoder().encode(JSON.stringify(known)));
  return known;
}

/**
 * For a local file its size and time, so that another file of the same name does not get its plan. A folder's own time
 * says nothing about pictures below it, so it is told apart by its files.
 */
async function sizeOf({ location, sizeBytes }: FoundDrive, options: StoreOptions): Promise<string> {
  if (!isBucket(location)) {
    const { path } = chosenCameraOf(location);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      const known = await folderIdentity(path).catch(() => undefined);
      return known === undefined ? 'none' : `${known.sizeBytes} ${known.edgesSha256}`;
    }
    return found === undefined ? 'none' : `${found.size} ${found.mtimeMs}`;
  }
  if (sizeBytes !== undefined) return String(sizeBytes);
  const { store, key } = await openPlaceOf(location, options);
  try {
    for await (const object of store.list(key))
      if (object.key === key) return String(object.sizeBytes);
    return 'none';
  } finally {
    await store.close();
  }
}

async function look(
  found: FoundDrive,
  isCut: boolean,
  options: PlanOptions,
): Promise<KnownDrive | UnreadableDrive> {
  try {
    if (
      !isBucket(found.location) &&
      (await stat(found.location).catch(() => undefined))?.isDirectory()
    )
      return { ...found, identity: await folderIdentity(found.location) };
    const bytes = await openDrive(found.location, options);
    try {
      const identity = await identify(bytes);
      const drive = await ofCamera(bytes, found, options.camera);
      return { ...drive, identity, ...(isCut && { span: await spanOf(bytes, drive) }) };
    } finally {
      await bytes.close();
    }
  } catch (error) {
    const { code, message } = error as PerceptionError;
    // A store that does not answer is not the drive's fault.
    if (typeof code !== 'string' || code === 'ERR_SOURCE_LOST') throw error;
    return { name: found.name, location: found.location, code, message };
  }
}

/**
 * The drive as the pipeline file's camera sees it: that camera of a recording that holds several; any other drive, and
 * one whose topic or camera is named, as it is.
 */
async function ofCamera(
  bytes: RecordedBytes,
  drive: FoundDrive,
  camera: string | undefined,
): Promise<FoundDrive> {
  const { location, topic } = drive;
  if (camera === undefined || topic !== undefined || !/\.mcap$/i.test(location)) return drive;
  const reader = await readDrive(view(bytes), location);
  const topics = reader.channels.map((channel) => channel.topic);
  const isHeld = camerasIn(topics, reader.metadata.keys()).includes(camera);
  return isHeld ? { ...drive, location: `${location}#${camera}` } : drive;
}

async function spanOf(bytes: RecordedBytes, { location, topic }: FoundDrive) {
  const reader = await readDrive(view(bytes), location);
  const { stream } = await choosePictures(reader, topic);
  const { channelIds } = stream;
  // Other topics, such as those of another camera, may go on after the last picture.
  const last = await reader.lastBefore(channelIds, reader.endNs + 1n);
  for await (const { stampNs } of reader.messages({ channelIds }))
    return { fromNs: String(stampNs), toNs: String((last?.stampNs ?? stampNs) + 1n) };
  throw new PerceptionError('ERR_SOURCE_EMPTY', `found no pictures in ${location}`);
}

/** The same bytes, which stay open when their reader is closed. */
const view = (bytes: RecordedBytes): RecordedBytes => ({
  path: bytes.path,
  sizeBytes: bytes.sizeBytes,
  read: (offset, length) => bytes.read(offset, length),
  close: async () => {},
});

/** A last piece shorter than this share of the others joins the one before it. */
const leastShare = 0.25;

/** The complete drive, or its pieces, cut at equal times from its first picture on. */
function piecesOf(
  { span }: KnownDrive,
  { pieceSeconds, runUpSeconds }: DrivesFile,
): (Piece | undefined)[] {
  if (pieceSeconds === undefined || span === undefined) return [undefined];
  const [driveFromNs, toNs] = [BigInt(span.fromNs), BigInt(span.toNs)];
  const lengthNs = BigInt(Math.round(pieceSeconds * 1e9));
  const runUpNs = BigInt(Math.round(runUpSeconds * 1e9));
  const whole = Number(toNs - driveFromNs) / Number(lengthNs);
  const count = Math.max(1, whole % 1 < leastShare ? Math.floor(whole) : Math.ceil(whole));
  if (count === 1) return [undefined];
  return Array.from({ length: count }, (_, number) => {
    const fromNs = driveFromNs + BigInt(number) * lengthNs;
    const early = fromNs - runUpNs;
    return {
      number,
      fromNs: String(fromNs),
      toNs: String(number === count - 1 ? toNs : fromNs + lengthNs),
      runUpFromNs: String(early > driveFromNs ? early : driveFromNs),
      driveFromNs: String(driveFromNs),
    };
  });
}

function unitOf(
  { name: drive, location, topic, identity, span }: KnownDrive,
  piece: Piece | undefined,
  runKey: string,
): Unit {
  const name = piece === undefined ? drive : `${drive}#${piece.number}`;
  const range = piece ?? span;
  const seconds = range && Number(BigInt(range.toNs) - BigInt(range.fromNs)) / 1e9;
  const { camera } = chosenCameraOf(location);
  const unit = { name, drive, topic, camera, identity, piece };
  return { ...unit, location, seconds, key: unitKey(unit, runKey) };
}
