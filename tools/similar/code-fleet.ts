import { createHash } from 'node:crypto';
import type { Bundle } from '../../src/bundle/bundle.js';
import { chosenCameraOf } from '../../src/recording/recorded-cameras.js';
import type { DrivesFile } from '../fleet/plan/drives-file.js';
import { type FoundDrive, findDrives } from '../fleet/plan/find-drives.js';
import { identify } from '../fleet/store/identity.js';
import { openDrive, readDrive } from '../fleet/store/open-drive.js';
import type { Store, StoreOptions } from '../fleet/store/store.js';
import { isDriveFault } from '../fleet/work/drive-fault.js';
import { codeDrive } from './code-drive.js';
import { packCodes } from './code-file.js';
import type { CoderKind, PictureCoder } from './picture-coder.js';

/** Identifies what makes a code: the network, and the value that is read from it. */
export const makerOf = ({ manifest }: Bundle): string =>
  `cnn-1 ${manifest.task} ${manifest.network.sha256.slice(0, 16)}`;

export interface CodeSummary {
  drives: number;
  /** How many of `drives` already had codes. */
  before: number;
  frames: number;
  failures: { name: string; reason: string }[];
}

/** Codes a frame every `everyS` seconds of every drive; drives that already have codes are skipped. */
export async function codeFleet(
  file: DrivesFile,
  { maker, open }: CoderKind,
  codes: Store,
  { everyS, store }: { everyS: number; store: StoreOptions },
  onProgress?: (done: number, drives: number) => void,
): Promise<CodeSummary> {
  const drives = await findDrives(file.drives, store);
  let opened: PictureCoder | undefined;
  // Loaded for the first drive that has no codes yet.
  const coder = () => (opened ??= open());
  const summary: CodeSummary = { drives: drives.length, before: 0, frames: 0, failures: [] };
  try {
    for (const [done, drive] of drives.entries()) {
      onProgress?.(done, drives.length);
      try {
        await codeOne(drive, coder, codes, { maker, everyS, store }, summary);
      } catch (error) {
        if (!isDriveFault(error)) throw error;
        summary.failures.push({ name: drive.name, reason: error.message });
      }
    }
  } finally {
    opened?.release();
  }
  return summary;
}

async function codeOne(
  { name, location, topic }: FoundDrive,
  coder: () => PictureCoder,
  codes: Store,
  { maker, everyS, store: options }: { maker: string; everyS: number; store: StoreOptions },
  summary: CodeSummary,
): Promise<void> {
  const bytes = await openDrive(location, options);
  try {
    const identity = await identify(bytes);
    const { camera } = chosenCameraOf(location);
    const facts = { maker, everyS, topic: topic ?? null, camera, identity };
    const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
    const target = `drive=${encodeURIComponent(name)}/${hash}.codes`;
    for await (const _ of codes.list(target)) {
      summary.before++;
      return;
    }
    const reader = await readDrive(bytes, location);
    const coded = await codeDrive(reader, { drive: name, topic, maker, everyS }, coder());
    // The drive's full location, not its key within the store.
    await codes.put(target, packCodes({ ...coded, location }));
    summary.frames += coded.timesS.length;
  } finally {
    await bytes.close();
  }
}
