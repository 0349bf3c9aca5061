import { dirname, join, parse } from 'node:path';
import { makeFolder } from '../../../src/files/make-folder.js';
import { newFolder } from '../../../src/files/new-folder.js';
import { writeWhole } from '../../../src/files/write-whole.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { chosenCameraOf } from '../../../src/recording/recorded-cameras.js';
import type { DriveCodes } from '../../similar/code-file.js';
import type { DrivesFile } from '../plan/drives-file.js';
import { type FoundDrive, findDrives } from '../plan/find-drives.js';
import { chooseRun } from '../plan/run-manifest.js';
import { unitFiles } from '../plan/unit.js';
import type { Store, StoreOptions } from '../store/store.js';
import { isDriveFault } from '../work/drive-fault.js';
import { type PlayedPictures, playedPictures } from '../work/played-pictures.js';
import { parseRecord, unitRecordSchema } from '../work/unit-record.js';
import { type Choice, chooseFrames } from './choose-frames.js';
import { lookForFrames } from './look-for-frames.js';
import { minedPage } from './mined-page.js';
import type { Candidate, ChosenFrame, MinedEntry, MinedTask, MineSummary } from './mining.js';
import { noveltyOf } from './novelty.js';
import { Rarity } from './rarity.js';
import { readChosen } from './read-chosen.js';
import { minedLayouts } from './sets/layouts.js';

export interface MineOptions {
  task: MinedTask;
  drives: DrivesFile;
  results: Store;
  store: StoreOptions;
  /** Key of the run; undefined if there is only one. */
  run?: string | undefined;
  /** Codes of the drives; without them only the novelty gate finds novel frames. */
  codes: readonly DriveCodes[];
  count: number;
  /** Maximum number from one drive; defaults to twice its even share. */
  perDrive?: number | undefined;
  apartS: number;
  outDir: string;
  /** Address of the player, for links in the page. */
  pageUrl: string;
  onProgress?: ((done: number, units: number) => void) | undefined;
}

export const minedFile = 'mined.json';

/**
 * Searches the results of a fleet for frames worth labelling, and writes them as a data set with predictions in place
 * of labels. Rejects with ERR_OUTPUT if `outDir` exists, and with ERR_SOURCE_EMPTY if there is no reason for any
 * frame.
 */
export async function mineFleet(options: MineOptions): Promise<MineSummary> {
  return newFolder(options.outDir, async (dir) => {
    const found = await findDrives(options.drives.drives, options.store);
    const drives = new Map(found.map((drive) => [drive.name, drive]));
    const { run, units } = await chooseRun(options.results, options.run);
    const { candidates, records, looked } = await look(options, [...units.values()]);
    const { count, apartS } = options;
    const perDrive = options.perDrive ?? Math.max(1, Math.ceil((2 * count) / drives.size));
    const choice: Choice = { count, perDrive, apartS };
    const chosen = chooseFrames(candidates, choice);
    if (chosen.length === 0)
      throw new PerceptionError(
        'ERR_SOURCE_EMPTY',
        `${options.results.place}: expected frames that something speaks for, found none among ${looked} of ${units.size} units`,
      );
    const { frames, problems } = await writeSet(dir, chosen, drives, options);
    const summary: MineSummary = {
      ...{ task: options.task, run, looked, units: records, drives: drives.size },
      ...{ frames, problems },
    };
    writeWhole(
      join(dir, minedFile),
      `${JSON.stringify({ format: 1, ...summary }, undefined, 1)}\n`,
    );
    writeWhole(join(dir, 'mined.html'), minedPage(summary, options.pageUrl));
    return summary;
  });
}

/** Collects the candidates in all units that have results. */
async function look(options: MineOptions, keys: readonly string[]) {
  const { task, results, apartS, count, onProgress } = options;
  const novelty = noveltyOf(options.codes);
  const rarity = new Rarity(count);
  const candidates: Candidate[] = [];
  let [records, looked] = [0, 0];
  for (const [done, key] of keys.entries()) {
    onProgress?.(done, keys.length);
    const record = parseRecord(unitRecordSchema, await results.read(unitFiles(key).whole));
    if (record === undefined || record.frames.published === 0) continue;
    const limits = { apartS, most: options.perDrive ?? count };
    const own = novelty.get(record.drive) ?? [];
    const finds = await lookForFrames(record, results, { task, novelty: own, ...limits });
    candidates.push(...finds.candidates);
    rarity.addUnit(finds.labels);
    records++;
    looked += finds.frames;
  }
  candidates.push(...rarity.candidates());
  return { candidates, records, looked };
}

async function writeSet(
  dir: string,
  chosen: readonly ChosenFrame[],
  drives: ReadonlyMap<string, FoundDrive>,
  { task, results, store }: MineOptions,
): Promise<Pick<MineSummary, 'frames' | 'problems'>> {
  const layout = minedLayouts[task];
  for (const folder of layout.folders) makeFolder(join(dir, folder));
  const nameOf = fileNames();
  const frames: MinedEntry[] = [];
  const problems: string[] = [];
  for (const own of byUnit(chosen)) {
    const drive = drives.get(own[0]!.drive);
    if (drive === undefined)
      throw new PerceptionError(
        'ERR_CONFIG',
        `expected the drive "${own[0]!.drive}" of the results among those of the list, found ${drives.size} others`,
      );
    try {
      const played = asPlayed(drive, await playedPictures(results, own[0]!.unit));
      for await (const { chosen: one, ...read } of readChosen(played, own, results, store)) {
        const name = nameOf(drive.name);
        const number = String(read.frame.frameId).padStart(6, '0');
        // Cameras of one recording saw the same road: they are one group of a split.
        const { path, camera } = chosenCameraOf(played.location);
        const stem =
          camera === undefined
            ? `${name}_${number}`
            : `${nameOf(path, parse(path).name)}_${name}-${number}`;
        const files = await layout.filesOf({ ...read, drive: name, stem });
        for (const [file, bytes] of files) {
          makeFolder(dirname(join(dir, file)));
          writeWhole(join(dir, file), bytes);
        }
        const { timeS, reasons, labels } = one;
        const frameId = Number(read.frame.frameId);
        const { location } = played;
        const file = files[0]![0];
        frames.push({ file, drive: drive.name, location, timeS, frameId, reasons, labels });
      }
    } catch (error) {
      if (!isDriveFault(error)) throw error;
      problems.push(`${drive.name}: ${error.message}`);
    }
  }
  return { frames, problems };
}

/**
 * The listed drive with the camera and the topic that its results are of. Results of older versions do not say the topic:
 * then the list decides.
 */
function asPlayed(drive: FoundDrive, { location = '', topic }: PlayedPictures): FoundDrive {
  const { camera } = chosenCameraOf(location);
  const { path, camera: listed } = chosenCameraOf(drive.location);
  return {
    ...drive,
    ...(camera !== undefined && listed === undefined && { location: `${path}#${camera}` }),
    ...(topic !== undefined && { topic: topic === '' ? undefined : topic }),
  };
}

const byUnit = (chosen: readonly ChosenFrame[]): ChosenFrame[][] => {
  const units = new Map<string, ChosenFrame[]>();
  for (const one of chosen) units.set(one.unit, [...(units.get(one.unit) ?? []), one]);
  return [...units.values()];
};

/** Returns a function from a drive's name, or from what else is `called` so, to a unique file name without `_`. */
function fileNames(): (drive: string, called?: string) => string {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  return (drive, called = drive) => {
    const known = names.get(drive);
    if (known !== undefined) return known;
    const plain = called.replace(/[^A-Za-z0-9.-]+/g, '-');
    let name = plain;
    for (let again = 2; taken.has(name); again++) name = `${plain}-${again}`;
    taken.add(name);
    names.set(drive, name);
    return name;
  };
}
