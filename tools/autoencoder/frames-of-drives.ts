import type { RecordingReader } from '../../src/recording/recording-reader.js';
import type { FoundDrive } from '../fleet/plan/find-drives.js';
import { openDrive, readDrive } from '../fleet/store/open-drive.js';
import type { StoreOptions } from '../fleet/store/store.js';
import { isDriveFault } from '../fleet/work/drive-fault.js';
import { picturesOf } from '../similar/code-drive.js';
import { PictureSet, SmallPictureMaker } from './small-pictures.js';

/** Which frames of a drive are read. */
export interface FrameChoice {
  /** Topic of the pictures; defaults to the recording's only one. */
  topic?: string | undefined;
  /** Seconds between frames that are read; 0 for all. */
  everyS: number;
}

/** Adds a drive's frames to the training pictures; skips frames that cannot be read. */
export async function addDrive(
  set: PictureSet,
  reader: RecordingReader,
  { topic, everyS }: FrameChoice,
): Promise<void> {
  const maker = new SmallPictureMaker();
  for await (const picture of picturesOf(reader, topic, everyS)) set.add(maker.make(picture));
}

/**
 * Frames to learn from, and separately those of each `holdOutEvery`-th drive. Drives that cannot be read are listed
 * in `failures`.
 */
export async function framesOfFleet(
  drives: readonly FoundDrive[],
  store: StoreOptions,
  { everyS, holdOutEvery }: { everyS: number; holdOutEvery: number },
  onProgress?: (done: number, drives: number) => void,
): Promise<{ learnt: PictureSet; heldOut: PictureSet; failures: string[] }> {
  const [learnt, heldOut] = [new PictureSet(), new PictureSet()];
  const failures: string[] = [];
  for (const [done, { name, location, topic }] of drives.entries()) {
    onProgress?.(done, drives.length);
    try {
      const reader = await readDrive(await openDrive(location, store), location);
      try {
        const isHeldOut = done % holdOutEvery === holdOutEvery - 1;
        await addDrive(isHeldOut ? heldOut : learnt, reader, { topic, everyS });
      } finally {
        await reader.close();
      }
    } catch (error) {
      if (!isDriveFault(error)) throw error;
      failures.push(`${name}: ${error.message}`);
    }
  }
  return { learnt, heldOut, failures };
}
