import { join } from 'node:path';
import { GroundTruthSchema } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import type { CopiedChannel } from '../../../src/recording/copied-channel.js';
import { lasting } from '../../../src/recording/copy-recording.js';
import { choosePictures, type PictureStream } from '../../../src/recording/picture-stream.js';
import { keyframeBefore } from '../../../src/recording/pictures-in.js';
import { chosenCameraOf } from '../../../src/recording/recorded-cameras.js';
import type { RecordingReader } from '../../../src/recording/recording-reader.js';
import { RecordingWriter, recordingLibrary } from '../../../src/recording/recording-writer.js';
import type { Piece, Unit } from '../plan/unit.js';
import { openDrive, readDrive } from '../store/open-drive.js';
import { isBucket, openPlaceOf } from '../store/open-store.js';
import type { StoreOptions } from '../store/store.js';

/** A unit's frames as local files. */
export interface FetchedDrive {
  /**
   * What is replayed: the drive itself or a copy of it (`…#front` if one camera was chosen), or a recording of the piece and
   * its run-up.
   */
  path: string;
  /** For a piece, each frame's number in the complete drive. */
  frameIds: readonly number[] | undefined;
}

/** A piece takes along the topics of its pictures, those that last, and the truth. */
const truthSchema = GroundTruthSchema.typeName;

/**
 * Fetches a unit's frames into `dir`, unless they are local. For a piece, reads only its part of a recording, using
 * the index. Rejects as RecordingReader.open does, and with ERR_SOURCE_LOST if a store gave up.
 */
export async function fetchDrive(
  { location, topic, piece }: Unit,
  dir: string,
  options: StoreOptions,
): Promise<FetchedDrive> {
  if (piece === undefined) {
    const path = isBucket(location) ? await localCopy(location, dir, options) : location;
    return { path, frameIds: undefined };
  }
  const reader = await readDrive(await openDrive(location, options), location);
  try {
    const path = join(dir, 'piece.mcap');
    return { path, frameIds: await copyPiece(reader, path, piece, topic) };
  } finally {
    await reader.close();
  }
}

/** Path of a copy in `dir`, with the camera that the location chooses. */
async function localCopy(location: string, dir: string, options: StoreOptions): Promise<string> {
  const { camera } = chosenCameraOf(location);
  const { store, key } = await openPlaceOf(location, options);
  try {
    const path = await store.local(key, dir);
    return camera === undefined ? path : `${path}#${camera}`;
  } finally {
    await store.close();
  }
}

async function copyPiece(
  reader: RecordingReader,
  path: string,
  { runUpFromNs, toNs }: Piece,
  topic: string | undefined,
): Promise<number[]> {
  const { stream } = await choosePictures(reader, topic);
  const askedNs = BigInt(runUpFromNs);
  // To decode the first frames of a video, the frames since their keyframe are needed.
  const keyNs = stream.isVideo ? await keyframeBefore(reader, stream, askedNs) : undefined;
  const startNs = keyNs ?? askedNs;
  const copied = reader.channels.filter(
    ({ id, schemaName }) =>
      stream.channelIds.includes(id) || lasting.has(schemaName) || schemaName === truthSchema,
  );
  const described = new Map<number, CopiedChannel>();
  for (const { id } of copied) described.set(id, reader.describe(id)!);
  const numbering = new FrameNumbers(reader, stream, startNs);
  await numbering.begin();
  const frameIds: number[] = [];
  const writer = await RecordingWriter.create(path);
  try {
    for (const [name, entries] of reader.metadata) await writer.addMetadata(name, entries);
    for (const { id, schemaName } of copied) {
      if (!lasting.has(schemaName)) continue;
      const said = await reader.lastBefore([id], startNs);
      if (said !== undefined) await writer.copy(described.get(id)!, startNs, said.data);
    }
    const channelIds = [...described.keys()];
    const range = { channelIds, startNs, endNs: BigInt(toNs) - 1n };
    for await (const { channelId, stampNs, sequence, data } of reader.messages(range)) {
      if (stream.channelIds.includes(channelId)) frameIds.push(numbering.next(sequence));
      await writer.copy(described.get(channelId)!, stampNs, data);
    }
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return frameIds;
}

/** Numbers frames as the source of the complete recording does. */
class FrameNumbers {
  readonly #reader: RecordingReader;
  readonly #stream: PictureStream;
  readonly #startNs: bigint;
  readonly #isNumbered: boolean;
  #nextId = 0;

  constructor(reader: RecordingReader, stream: PictureStream, startNs: bigint) {
    this.#reader = reader;
    this.#stream = stream;
    this.#startNs = startNs;
    this.#isNumbered = reader.library === recordingLibrary && stream.channelIds.length === 1;
  }

  async begin(): Promise<void> {
    if (!this.#isNumbered)
      this.#nextId = await this.#reader.countBefore(this.#stream.channelIds, this.#startNs);
  }

  next(sequence: number): number {
    const id = this.#isNumbered ? Math.max(this.#nextId, sequence) : this.#nextId;
    this.#nextId = id + 1;
    return id;
  }
}
