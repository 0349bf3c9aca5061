import { hasErrorCode, PerceptionError } from '../../src/frame/perception-error.js';
import { inParallel } from '../fleet/plan/in-parallel.js';
import type { Store } from '../fleet/store/store.js';
import { type CodeFacts, type DriveCodes, unpackCodes } from './code-file.js';
import { openSearchedDrive, type SearchedDrive } from './searched-drive.js';

/** Number of files read in parallel. */
const atOnce = 8;

/** The codes of a store that one maker made. */
export interface StoredCodes<Codes extends CodeFacts> {
  drives: Codes[];
  /** Files without codes despite their names; they are skipped. */
  unreadable: string[];
}

/**
 * Codes of all drives by one maker, with their thumbnails, in memory. Rejects with ERR_SOURCE_EMPTY if there are
 * none, naming the makers that exist.
 */
export function loadCodes(codes: Store, maker: string): Promise<StoredCodes<DriveCodes>> {
  return codesOf(codes, maker, async (key) =>
    unpackCodes((await codes.read(key)) ?? new Uint8Array(0)),
  );
}

/** The same for searching, reading only a fraction. `codes` stays open as long as they are searched. */
export function openCodes(codes: Store, maker: string): Promise<StoredCodes<SearchedDrive>> {
  return codesOf(codes, maker, (key) => openSearchedDrive(() => codes.open(key)));
}

async function codesOf<Codes extends CodeFacts>(
  codes: Store,
  maker: string,
  read: (key: string) => Promise<Codes | undefined>,
): Promise<StoredCodes<Codes>> {
  const keys: string[] = [];
  for await (const { key } of codes.list('')) if (key.endsWith('.codes')) keys.push(key);
  const found = await inParallel(keys, atOnce, (key) =>
    read(key).catch((error) => {
      // An empty file, or one that has gone meanwhile.
      if (hasErrorCode(error) && ['ERR_SOURCE_EMPTY', 'ERR_SOURCE_MISSING'].includes(error.code))
        return undefined;
      throw error;
    }),
  );
  const drives = found.filter((one) => one?.maker === maker) as Codes[];
  const unreadable = keys.filter((_, place) => found[place] === undefined);
  if (drives.length > 0) return { drives, unreadable };
  const others = new Set(found.flatMap((one) => (one === undefined ? [] : [one.maker])));
  throw new PerceptionError(
    'ERR_SOURCE_EMPTY',
    `${codes.place}: expected codes of ${maker}, as windshield fleet codes writes them, found ${[...others].join(', ') || 'none'}`,
  );
}
