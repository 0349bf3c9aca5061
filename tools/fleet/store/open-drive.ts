import { chosenCameraOf } from '../../../src/recording/recorded-cameras.js';
import { type RecordedBytes, RecordingReader } from '../../../src/recording/recording-reader.js';
import { isBucket, openPlaceOf } from './open-store.js';
import type { StoreOptions } from './store.js';

/**
 * Opens the file of a drive; closing it also closes its store. Rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY, or
 * ERR_SOURCE_LOST if a store does not answer.
 */
export async function openDrive(
  location: string,
  options: StoreOptions = {},
): Promise<RecordedBytes> {
  const { store, key } = await openPlaceOf(location, options);
  try {
    const bytes = await store.open(key);
    const { path, sizeBytes } = bytes;
    return {
      path,
      sizeBytes,
      read: (offset, lengthBytes) => bytes.read(offset, lengthBytes),
      close: () => bytes.close().finally(() => store.close()),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Reads the recording that openDrive opened; of several cameras, the one that the location chooses (`drive.mcap#front`).
 * The reader closes the bytes, even if this rejects. Rejects as RecordingReader.over does.
 */
export function readDrive(bytes: RecordedBytes, location: string): Promise<RecordingReader> {
  const { camera } = chosenCameraOf(location);
  return RecordingReader.over(bytes, { checksChunks: !isBucket(location) }, camera);
}
