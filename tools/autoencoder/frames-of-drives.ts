import { RecordingReader } from '../../src/recording/recording-reader.js';
import type { FoundDrive } from '../fleet/plan/find-drives.js';
import { isBucket, openPlaceOf } from '../fleet/store/open-store.js';
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
    const place = await openPlaceOf(location, store);
    try {
      const bytes = await place.store.open(place.key);
      const reader = await RecordingReader.over(bytes, { checksChunks: !isBucket(location) });
      try {
        const isHeldOut = done % holdOutEvery === holdOutEvery - 1;
        await addDrive(isHeldOut ? heldOut : learnt, reader, { topic, everyS });
      } finally {
        await reader.close();
      }
    } catch (error) {
      if (!isDriveFault(error)) throw error;
      failures.push(`${name}: ${error.message}`);
    } finally {
      await place.store.close();
    }
  }
  return { learnt, heldOut, failures };
}
