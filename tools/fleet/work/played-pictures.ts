import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { unitFiles } from '../plan/unit.js';
import type { Store } from '../store/store.js';

/** The pictures of which a unit's results were made, as its worker recorded them. */
export interface PlayedPictures {
  /** Where the drive was, with its camera if one of several was chosen; undefined if not known. */
  location: string | undefined;
  /** Empty if no topic was named; undefined in results of versions that did not record it. */
  topic: string | undefined;
}

/** Never rejects: without the file of times, nothing is known. */
export async function playedPictures(store: Store, key: string): Promise<PlayedPictures> {
  try {
    const bytes = await store.open(unitFiles(key).times);
    const reader = await RecordingReader.over(bytes, { checksChunks: false });
    await reader.close();
    const { location, topic } = reader.metadata.get('windshield.unit') ?? {};
    return { location, topic };
  } catch {
    return { location: undefined, topic: undefined };
  }
}
