import { PlainFile } from './file-bytes.js';
import { MessageReader, mapMessages, type RecordedBytes } from './message-reader.js';
import { chosenCameraOf } from './recorded-cameras.js';
import type { MapOptions } from './recording-map.js';

export type { MessageFilter, RecordedBytes, RecordedChannel } from './message-reader.js';
export type { RecordedMessage } from './recording-piece.js';

/** Reads MCAP recordings in Node: see MessageReader. */
export class RecordingReader extends MessageReader {
  /**
   * Opens a recording. Of one with several cameras, `drive.mcap#front` reads as if that camera were alone in it. Rejects
   * with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY, or ERR_RECORDING (no MCAP file, no such camera).
   */
  static async open(location: string): Promise<RecordingReader> {
    const { path, camera } = chosenCameraOf(location);
    return RecordingReader.over(await PlainFile.open(path, 'recording'), {}, camera);
  }

  /** As `open`, over bytes that somebody else opened; the reader closes them, also where it rejects. */
  static async over(
    file: RecordedBytes,
    options: MapOptions = {},
    camera?: string,
  ): Promise<RecordingReader> {
    return new RecordingReader(file, await mapMessages(file, options, () => camera));
  }
}
