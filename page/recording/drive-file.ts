import {
  MessageReader,
  mapMessages,
  type RecordedBytes,
} from '../../src/recording/message-reader.js';
import { camerasIn, chosenCameraOf } from '../../src/recording/recorded-cameras.js';
import type { RecordingMap } from '../../src/recording/recording-piece.js';
import { type FileOrigin, openBytes, sizeOf } from './byte-files.js';

/** Pieces that were read stay in memory up to this size, bytes. */
const keptBytes = 64 * 2 ** 20;

/** One recording as the page reads it: by ranges, through its index. */
export class DriveFile extends MessageReader {
  /** The cameras that it holds, where there are several, and the one that is seen. */
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
   * Opens a file; of several cameras `wanted`, or that which the name names (`two.mcap#rear`), or the first. Rejects with an
   * Error whose message says what was expected and found.
   */
  static async open(origin: FileOrigin, wanted?: string): Promise<DriveFile> {
    const { name } = origin;
    if (sizeOf(origin) === 0) throw new Error(`${name} is empty: expected an MCAP recording`);
    const file = { ...openBytes(origin), path: name, close: async () => {} };
    let cameras: string[] = [];
    let camera: string | undefined;
    // To look at each chunk's head would read a file of many gigabytes all over: a chunk is checked when it is read.
    const map = await mapMessages(file, { checksChunks: false }, ({ channels }) => {
      cameras = camerasIn([...channels.values()].map(({ topic }) => topic));
      const named = wanted ?? chosenCameraOf(name).camera;
      camera = named !== undefined && cameras.includes(named) ? named : cameras[0];
      return camera;
    });
    if (map.pieces.length === 0)
      throw new Error(`${name}: expected messages, found none that can be read`);
    return new DriveFile(file, map, cameras, camera);
  }
}
