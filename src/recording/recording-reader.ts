import { PlainFile } from './file-bytes.js';
import { MessageReader, mapMessages, type RecordedBytes } from './message-reader.js';
import { chosenCameraOf } from './recorded-cameras.js';
import type { MapOptions } from './recording-map.js';

export type { MessageFilter, RecordedBytes, RecordedChannel } from './message-reader.js';
export type { RecordedMessage } from './recording-piece.js';

/** Reads MCAP recordings in Node: see MessageReader. */
export class RecordingReader extends MessageReader {
  /**
   * Opens a recording. If it has several cameras, `drive.mcap#front` reads it as if that camera were the only one. Rejects
   * with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY, or ERR_RECORDING (not an MCAP file, no such camera).
   */
  static async open(location: string): Promise<RecordingReader> {
    const { path, camera } = chosenCameraOf(location);
    return RecordingReader.over(await PlainFile.open(path, 'recording'), {}, camera);
  }

  /** Like `open`, over bytes that are already open; the reader closes them, even if it rejects. */
  static async over(
    file: RecordedBytes,
    options: MapOptions = {},
    camera?: string,
  ): Promise<RecordingReader> {
    return new RecordingReader(file, await mapMessages(file, options, () => camera));
  }
}
