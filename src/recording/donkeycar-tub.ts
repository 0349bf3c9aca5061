import { existsSync } from 'node:fs';
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

const manifestName = 'manifest.json';
/** A manifest has five lines, the last of which names the catalogs; a catalog has 1,000 rows. */
const maxCatalogs = 100_000;
const maxCatalogBytes = 64 * 2 ** 20;

/** True for a folder that holds a tub of donkeycar (version 2 of its format: catalogs and `images`). */
export function isDonkeycarTub(dir: string): boolean {
  return existsSync(join(dir, manifestName)) && existsSync(join(dir, 'images'));
}

/**
 * Reads a donkeycar's drive from its tub: the pictures in order of their times. Its steering (`user/angle`, -1 to 1) is a
 * share of the car's own range, which the tub does not name, so it is not read as an angle. Records that the driver
 * deleted are omitted. Problems of frames: `missing` (no such picture), `bad_row`, `same_time`. With `rateHz`, frames come
 * at that rate; without it or times, at the default rate.
 * Rejects with ERR_SOURCE_FORMAT (no such manifest), ERR_SOURCE_MISSING or ERR_SOURCE_EMPTY.
 */
export async function readDonkeycarTub(dir: string, rateHz?: number): Promise<PictureDrive> {
  const { catalogs, deleted } = await readManifest(dir);
  const pictures: DrivePicture[] = [];
  for (const catalog of catalogs) {
    // A catalog is read from the tub, wherever its path points.
    const text = readText(join(dir, basename(catalog)));
    for (const line of text.split('\n').filter((row) => row.trim() !== '')) {
      const record = parseRecord(line);
      if (record === undefined || !deleted.has(record.index)) pictures.push(pictureOf(dir, record));
    }
  }
  if (!pictures.some(({ problem }) => problem === undefined))
    throw new PerceptionError(
      'ERR_SOURCE_EMPTY',
      `expected records with pictures in the tub ${dir}, found none among ${pictures.length}`,
    );
  const isTimed =
    rateHz === undefined &&
    pictures.every(({ stampNs, problem }) => stampNs > 0n || problem === 'bad_row');
  const played = isTimed ? inOrderOfTime(pictures) : atRate(pictures, rateHz);
  return { name: basename(dir), pictures: played, rateHz: rateHz ?? rateOf(played) };
}

async function readManifest(dir: string): Promise<{ catalogs: string[]; deleted: Set<number> }> {
  const path = join(dir, manifestName);
  const lines = readText(path)
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of lines.reverse()) {
    const { paths, deleted_indexes: deleted } = (tryJson(line) ?? {}) as {
      paths?: unknown;
      deleted_indexes?: unknown;
    };
    if (!isListOf(paths, 'string') || paths.length > maxCatalogs) continue;
    return { catalogs: paths, deleted: new Set(isListOf(deleted, 'number') ? deleted : []) };
  }
  throw new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected a donkeycar manifest with the paths of its catalogs, found none in ${path}`,
  );
}

interface TubRecord {
  index: number;
  imageName: string;
  stampNs: bigint;
}

function parseRecord(line: string): TubRecord | undefined {
  const row = tryJson(line) as Record<string, unknown> | undefined;
  const imageName = row?.['cam/image_array'];
  if (typeof imageName !== 'string' || imageName === '') return undefined;
  const stampMs = Number(row?.['_timestamp_ms'] ?? 0);
  const isStamp = Number.isSafeInteger(stampMs) && stampMs > 0;
  const stampNs = isStamp ? BigInt(stampMs) * 1_000_000n : 0n;
  return { index: Number(row?.['_index'] ?? -1), imageName: basename(imageName), stampNs };
}

function pictureOf(dir: string, record: TubRecord | undefined): DrivePicture {
  if (record === undefined) return { path: '', stampNs: 0n, sourceTimeNs: 0n, problem: 'bad_row' };
  const path = join(dir, 'images', record.imageName);
  const picture = { path, stampNs: record.stampNs, sourceTimeNs: 0n };
  return existsSync(path) ? picture : { ...picture, problem: 'missing' };
}

function readText(path: string): string {
  return readInputText(path, {
    code: 'ERR_SOURCE_MISSING',
    what: 'a file of a donkeycar tub',
    maxBytes: maxCatalogBytes,
  });
}

function tryJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const isListOf = <K extends 'string' | 'number'>(
  value: unknown,
  kind: K,
): value is (K extends 'string' ? string : number)[] =>
  Array.isArray(value) && value.every((item) => typeof item === kind);
