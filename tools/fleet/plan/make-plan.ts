import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { choosePictures } from '../../../src/recording/picture-stream.js';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { folderIdentity } from '../store/folder-identity.js';
import { type DriveIdentity, identify } from '../store/identity.js';
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

/**
 * Finds the drives and cuts them into units. Facts about the drives are cached in the results' store, by a hash of
 * the drives' names, so that a thousand workers of one job need not all examine every drive.
 */
export async function makePlan(
  file: DrivesFile,
  runKey: string,
  results: Store,
  options: StoreOptions = {},
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
  options: StoreOptions,
): Promise<(KnownDrive | UnreadableDrive)[]> {
  const isCut = pieceSeconds !== undefined;
  const sizes = await inParallel(found, drivesAtOnce, (drive) => sizeOf(drive, options));
  const asked = JSON.stringify({ found, sizes, pieceSeconds, runUpSeconds });
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
    const found = await stat(location).catch(() => undefined);
    if (found?.isDirectory()) {
      const known = await folderIdentity(location).catch(() => undefined);
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
  drive: FoundDrive,
  isCut: boolean,
  options: StoreOptions,
): Promise<KnownDrive | UnreadableDrive> {
  try {
    if (
      !isBucket(drive.location) &&
      (await stat(drive.location).catch(() => undefined))?.isDirectory()
    )
      return { ...drive, identity: await folderIdentity(drive.location) };
    const { store, key } = await openPlaceOf(drive.location, options);
    try {
      const bytes = await store.open(key);
      try {
        const identity = await identify(bytes);
        return { ...drive, identity, ...(isCut && { span: await spanOf(bytes, drive) }) };
      } finally {
        await bytes.close();
      }
    } finally {
      await store.close();
    }
  } catch (error) {
    const { code, message } = error as PerceptionError;
    // A store that does not answer is not the drive's fault.
    if (typeof code !== 'string' || code === 'ERR_SOURCE_LOST') throw error;
    return { name: drive.name, location: drive.location, code, message };
  }
}

type Opened = Awaited<ReturnType<Store['open']>>;

async function spanOf(bytes: Opened, { location, topic }: FoundDrive) {
  const kept: Opened = { ...view(bytes), close: async () => {} };
  const reader = await RecordingReader.over(kept, { checksChunks: !isBucket(location) });
  const { stream } = await choosePictures(reader, topic);
  for await (const { stampNs } of reader.messages({ channelIds: stream.channelIds }))
    return { fromNs: String(stampNs), toNs: String(reader.endNs + 1n) };
  throw new PerceptionError('ERR_SOURCE_EMPTY', `found no pictures in ${location}`);
}

const view = (bytes: Opened) => ({
  path: bytes.path,
  sizeBytes: bytes.sizeBytes,
  read: (offset: number, length: number) => bytes.read(offset, length),
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
  const unit = { name, drive, topic, identity, piece };
  return { ...unit, location, seconds, key: unitKey(unit, runKey) };
}
