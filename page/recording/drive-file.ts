import {
  MessageReader,
  mapMessages,
  type RecordedBytes,
} from '../../src/recording/message-reader.js';
import { camerasIn, chosenCameraOf } from '../../src/recording/recorded-cameras.js';
import type { RecordingMap } from '../../src/recording/recording-piece.js';
import { type FileOrigin, openBytes, sizeOf } from './byte-files.js';

/** Size of the cache of pieces that were read, bytes. */
const keptBytes = 64 * 2 ** 20;

/** One recording on the page, read in ranges through its index. */
export class DriveFile extends MessageReader {
  /** Its cameras, if there are several, and the chosen one. */
  readonly cameras: readonly string[];
  readonly camera: string | undefined;

  private constructor(
    file: RecordedBytes,
    map: RecordingMap,
    cameras: readonly string[],
    camera: string | undefined,
  ) {
    super(file, map, keptBytes);
    this.cameras = cameras;
    this.camera = camera;
  }

  /**
   * Opens a file. If it has several cameras, chooses `wanted`, or the one in the name (`two.mcap#rear`), or the first.
   * Rejects with an Error whose message says what was expected and found.
   */
  static async open(origin: FileOrigin, wanted?: string): Promise<DriveFile> {
    const { name } = origin;
    if (sizeOf(origin) === 0) throw new Error(`${name} is empty: expected an MCAP recording`);
    const file = { ...openBytes(origin), path: name, close: async () => {} };
    let cameras: string[] = [];
    let camera: string | undefined;
    // Checking each chunk's header would read all over a file of many gigabytes: a chunk is checked when it is read.
    const map = await mapMessages(file, { checksChunks: false }, ({ channels, metadata }) => {
      const topics = [...channels.values()].map(({ topic }) => topic);
      cameras = camerasIn(topics, metadata.keys());
      const named = wanted ?? chosenCameraOf(name).camera;
      camera = named !== undefined && cameras.includes(named) ? named : cameras[0];
      return camera;
    });
    if (map.pieces.length === 0)
      throw new Error(`${name}: expected messages, found none that can be read`);
    return new DriveFile(file, map, cameras, camera);
  }
}
