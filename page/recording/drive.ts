import { fromBinary } from '@bufbuild/protobuf';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { checkCameraCalibration } from '../../src/calibration/check-camera-calibration.js';
import { checkMount, type MeasuredMount, mountMetadataName } from '../../src/calibration/mount.js';
import { CameraCalibrationSchema } from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import {
  type GroundTruth,
  GroundTruthSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { RecordingPiece } from '../../src/recording/recording-piece.js';
import type { FileOrigin } from './byte-files.js';
import { DriveFile, type StoredMessage } from './drive-file.js';

/** A topic, and the file that it is read from. */
interface Stream {
  file: DriveFile;
  topic: string;
  messageCount: number;
}

export interface DriveInfo {
  names: string[];
  startNs: bigint;
  endNs: bigint;
  frameCount: number;
  hasPictures: boolean;
  hasResults: boolean;
  hasTruth: boolean;
  camera: CameraModel | undefined;
  mount: MeasuredMount | undefined;
  topics: { topic: string; schemaName: string; messageCount: number }[];
  /** What a person should know: a file that was cut off, an unusable calibration. */
  remarks: string[];
}

/** One frame, with all that the files say of it. */
export interface DriveFrame {
  stampNs: bigint;
  /** Its place in the recording, from 0, where the file tells it. */
  number: number;
  /** A JPEG, or another picture that browsers show. */
  picture: Uint8Array<ArrayBuffer> | undefined;
  result: PerceptionFrame | undefined;
  truth: GroundTruth | undefined;
}

export type FrameQuery = { kind: 'at' | 'next' | 'previous'; stampNs: bigint };

/** One or more recordings of the same drive, such as its pictures and the results of a replay, seen as one. */
export class Drive {
  readonly files: readonly DriveFile[];
  readonly info: DriveInfo;
  readonly #pictures: Stream | undefined;
  readonly #results: Stream | undefined;
  readonly #truth: Stream | undefined;

  private constructor(
    files: readonly DriveFile[],
    camera: CameraModel | undefined,
    mount: MeasuredMount | undefined,
    remarks: string[],
  ) {
    this.files = files;
    this.#pictures = streamOf(files, CompressedImageSchema.typeName, 'camera/image');
    this.#results = streamOf(files, PerceptionFrameSchema.typeName, 'perception');
    this.#truth = streamOf(files, GroundTruthSchema.typeName, 'ground_truth');
    const topics = files.flatMap((file) => file.channels());
    const names = files.map(({ name }) => name);
    const frames = this.#pictures ?? this.#results;
    if (frames === undefined) {
      const known = topics.map(({ topic, schemaName }) => `${topic} (${schemaName || 'unknown'})`);
      throw new Error(
        `${names.join(', ')}: expected pictures (${CompressedImageSchema.typeName}) or results (${PerceptionFrameSchema.typeName}), found ${known.join(', ') || 'nothing'}`,
      );
    }
    const times = frames.file.map.pieces;
    this.info = {
      names,
      startNs: earliest(times),
      endNs: latest(times),
      frameCount: frames.messageCount,
      hasPictures: this.#pictures !== undefined,
      hasResults: this.#results !== undefined,
      hasTruth: this.#truth !== undefined,
      camera,
      mount,
      topics,
      remarks,
    };
  }

  /** Rejects with an Error whose message is for the person who opened the files. */
  static async open(origins: readonly FileOrigin[]): Promise<Drive> {
    const files = await Promise.all(origins.map((origin) => DriveFile.open(origin)));
    const remarks = files
      .filter(({ map }) => !map.isComplete)
      .map(
        ({ name, map }) => `${name} was cut off: ${map.cutBytes} bytes at its end cannot be read`,
      );
    let camera: CameraModel | undefined;
    try {
      camera = await cameraOf(files);
    } catch (error) {
      remarks.push(error instanceof Error ? error.message : String(error));
    }
    let mount: MeasuredMount | undefined;
    try {
      mount = mountOf(files);
    } catch (error) {
      remarks.push(error instanceof Error ? error.message : String(error));
    }
    return new Drive(files, camera, mount, remarks);
  }

  /** The frame at or before a time, the next after it or the one before it; undefined at the ends. */
  async frame({ kind, stampNs }: FrameQuery): Promise<DriveFrame | undefined> {
    const { file, topic } = (this.#pictures ?? this.#results)!;
    const found =
      kind === 'next'
        ? await file.next(topic, stampNs)
        : ((await file.previous(topic, kind === 'at' ? stampNs + 1n : stampNs)) ??
          (kind === 'at' ? await file.next(topic, stampNs) : undefined));
    return found && this.#complete(found);
  }

  /** What the piece-by-piece scan of all files meets, in order, with the share that is done. */
  async *scan(): AsyncGenerator<{ messages: StoredMessage[]; share: number }> {
    const total = this.files.reduce((sum, { pieces }) => sum + pieces.length, 0);
    let done = 0;
    for (const file of this.files)
      for (const piece of file.pieces)
        yield { messages: await file.messagesIn(piece), share: ++done / total };
  }

  async #complete(message: StoredMessage): Promise<DriveFrame> {
    const { stampNs } = message;
    const read = async (stream: Stream | undefined) => stream?.file.at(stream.topic, stampNs);
    const [resultMessage, truthMessage] = await Promise.all([
      read(this.#results),
      read(this.#truth),
    ]);
    const result = resultMessage && decodeResult(resultMessage.data);
    return {
      stampNs,
      number: this.#pictures === undefined && result ? Number(result.frameId) : message.sequence,
      picture:
        this.#pictures === undefined
          ? undefined
          : (fromBinary(
              CompressedImageSchema,
              message.data,
            ).data.slice() as Uint8Array<ArrayBuffer>),
      result,
      truth: truthMessage && decodeTruth(truthMessage.data),
    };
  }
}

/** Math.min and Math.max take no bigint. */
function earliest(pieces: readonly RecordingPiece[]): bigint {
  let found = pieces[0]!.startNs;
  for (const { startNs } of pieces) if (startNs < found) found = startNs;
  return found;
}

function latest(pieces: readonly RecordingPiece[]): bigint {
  let found = pieces[0]!.endNs;
  for (const { endNs } of pieces) if (endNs > found) found = endNs;
  return found;
}

/** Undefined for bytes that are no such message: one damaged message must not end the drive. */
export function decodeResult(data: Uint8Array): PerceptionFrame | undefined {
  try {
    return fromBinary(PerceptionFrameSchema, data);
  } catch {
    return undefined;
  }
}

export function decodeTruth(data: Uint8Array): GroundTruth | undefined {
  try {
    return fromBinary(GroundTruthSchema, data);
  } catch {
    return undefined;
  }
}

function streamOf(
  files: readonly DriveFile[],
  schemaName: string,
  usualTopic: string,
): Stream | undefined {
  const streams = files.flatMap((file) =>
    file
      .channels()
      .filter((channel) => channel.schemaName === schemaName && channel.messageCount > 0)
      .map(({ topic, messageCount }) => ({ file, topic, messageCount })),
  );
  return streams.find(({ topic }) => topic === usualTopic) ?? streams[0];
}

async function cameraOf(files: readonly DriveFile[]): Promise<CameraModel | undefined> {
  const stream = streamOf(files, CameraCalibrationSchema.typeName, 'camera/calibration');
  const first = await stream?.file.next(stream.topic, -1n);
  return (
    first &&
    checkCameraCalibration(fromBinary(CameraCalibrationSchema, first.data), stream!.file.name)
  );
}

function mountOf(files: readonly DriveFile[]): MeasuredMount | undefined {
  for (const { map, name } of files) {
    const fields = map.metadata.get(mountMetadataName);
    if (fields !== undefined) return checkMount(fields, name);
  }
  return undefined;
}
