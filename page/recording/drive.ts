import { fromBinary } from '@bufbuild/protobuf';
import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { checkCameraCalibration } from '../../src/calibration/check-camera-calibration.js';
import { checkMount, type MeasuredMount, mountMetadataName } from '../../src/calibration/mount.js';
import { CameraCalibrationSchema } from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import { CompressedVideoSchema } from '../../src/messages/gen/foxglove/compressed_video_pb.js';
import {
  type GroundTruth,
  GroundTruthSchema,
  type PerceptionFrame,
  PerceptionFrameSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';
import { recordedPlacement } from '../../src/preprocess/recorded-placement.js';
import { chosenCameraOf } from '../../src/recording/recorded-cameras.js';
import type { RecordedMessage } from '../../src/recording/recording-piece.js';
import type { FileOrigin } from './byte-files.js';
import { DriveFile } from './drive-file.js';
import { VideoPictures } from './video-pictures.js';

/** The messages of one topic and schema in one file. */
interface Stream {
  file: DriveFile;
  topic: string;
  channelIds: number[];
  messageCount: number;
}

export interface DriveInfo {
  names: string[];
  /** If there are several cameras: all of them, and the chosen one. */
  cameras: readonly string[];
  cameraName: string | undefined;
  startNs: bigint;
  endNs: bigint;
  frameCount: number;
  hasPictures: boolean;
  hasResults: boolean;
  hasTruth: boolean;
  camera: CameraModel | undefined;
  mount: MeasuredMount | undefined;
  /** What the segmentation network of the results saw of a frame, if they say so. */
  mapInput: InputPlacement | undefined;
  topics: { topic: string; schemaName: string; messageCount: number }[];
  /** Remarks for the user: a file that was cut off, an unusable calibration. */
  remarks: string[];
}

/** One frame, with everything that the files have about it. */
export interface DriveFrame {
  stampNs: bigint;
  /** The frame's number, from 0: its message's sequence number, or without pictures the result's frame id. */
  number: number;
  /** A JPEG or another picture that browsers show; a frame of a video is decoded. */
  picture: Uint8Array<ArrayBuffer> | ImageBitmap | undefined;
  result: PerceptionFrame | undefined;
  truth: GroundTruth | undefined;
}

export type FrameQuery = { kind: 'at' | 'next' | 'previous'; stampNs: bigint };

/** One or more recordings of the same drive, such as its pictures and the results of a replay, as one. */
export class Drive {
  readonly files: readonly DriveFile[];
  readonly info: DriveInfo;
  readonly #pictures: Stream | undefined;
  /** Set if the pictures are a video. */
  readonly #video: VideoPictures | undefined;
  readonly #results: Stream | undefined;
  readonly #truth: Stream | undefined;

  private constructor(
    files: readonly DriveFile[],
    camera: CameraModel | undefined,
    mount: MeasuredMount | undefined,
    remarks: string[],
    cameras: readonly string[],
  ) {
    this.files = files;
    const stills = streamOf(files, CompressedImageSchema.typeName, 'camera/image');
    const video = streamOf(files, CompressedVideoSchema.typeName, 'camera/video');
    this.#pictures = stills ?? video;
    if (stills === undefined && video !== undefined)
      this.#video = new VideoPictures(video.file, video.channelIds);
    this.#results = streamOf(resultsFirst(files), PerceptionFrameSchema.typeName, 'perception');
    this.#truth = streamOf(files, GroundTruthSchema.typeName, 'ground_truth');
    const topics = files.flatMap((file) => file.channels);
    const names = files.map(({ path }) => path);
    const frames = this.#pictures ?? this.#results;
    if (frames === undefined) {
      const known = topics.map(({ topic, schemaName }) => `${topic} (${schemaName || 'unknown'})`);
      throw new Error(
        `${names.join(', ')}: expected pictures (${CompressedImageSchema.typeName}, ${CompressedVideoSchema.typeName}) or results (${PerceptionFrameSchema.typeName}), found ${known.join(', ') || 'nothing'}`,
      );
    }
    this.info = {
      names,
      cameras,
      cameraName: files.find(({ camera: name }) => name !== undefined)?.camera,
      startNs: frames.file.startNs,
      endNs: frames.file.endNs,
      frameCount: frames.messageCount,
      hasPictures: this.#pictures !== undefined,
      hasResults: this.#results !== undefined,
      hasTruth: this.#truth !== undefined,
      camera,
      mount,
      mapInput: this.#results && recordedInput(this.#results.file, 'segmentation'),
      topics,
      remarks,
    };
  }

  /** Rejects with an Error whose message is for the user. */
  static async open(origins: readonly FileOrigin[], cameraName?: string): Promise<Drive> {
    const { files, cameras, remarks } = await openOfOneCamera(origins, cameraName);
    for (const { path, isComplete, cutBytes } of files)
      if (!isComplete)
        remarks.push(`${path} was cut off: ${cutBytes} bytes at its end cannot be read`);
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
    return new Drive(files, camera, mount, remarks, cameras);
  }

  /** The frame at or before a time, the next or the previous one; undefined at the ends. */
  async frame({ kind, stampNs }: FrameQuery): Promise<DriveFrame | undefined> {
    const frames = (this.#pictures ?? this.#results)!;
    const { file, channelIds } = frames;
    const before = kind === 'at' ? stampNs + 1n : stampNs;
    const found =
      kind === 'next'
        ? await firstFrom(frames, stampNs + 1n)
        : ((await file.lastBefore(channelIds, before)) ??
          (kind === 'at' ? await firstFrom(frames, stampNs) : undefined));
    return found && this.#complete(found);
  }

  /**
   * Scans all files piece by piece; yields the messages in order, with the share that is done. Results that are not shown
   * have no schema name.
   */
  async *scan(): AsyncGenerator<{
    messages: (RecordedMessage & { schemaName: string })[];
    share: number;
  }> {
    for (const [index, file] of this.files.entries()) {
      const schemas = new Map(file.channels.map(({ id, schemaName }) => [id, schemaName]));
      const shown = this.#results?.file === file ? this.#results.channelIds : [];
      for (const [id, schemaName] of schemas)
        if (schemaName === PerceptionFrameSchema.typeName && !shown.includes(id))
          schemas.delete(id);
      for await (const { messages, share } of file.scan())
        yield {
          messages: messages.map((message) => {
            return { ...message, schemaName: schemas.get(message.channelId) ?? '' };
          }),
          share: (index + share) / this.files.length,
        };
    }
  }

  async #complete(message: RecordedMessage): Promise<DriveFrame> {
    const { stampNs } = message;
    const read = (stream: Stream | undefined) => stream && firstFrom(stream, stampNs, stampNs);
    const [resultMessage, truthMessage, picture] = await Promise.all([
      read(this.#results),
      read(this.#truth),
      this.#pictureOf(message),
    ]);
    const result = resultMessage && decodeResult(resultMessage.data);
    return {
      stampNs,
      number: this.#pictures === undefined && result ? Number(result.frameId) : message.sequence,
      picture,
      result,
      truth: truthMessage && decodeTruth(truthMessage.data),
    };
  }

  async #pictureOf(message: RecordedMessage): Promise<DriveFrame['picture']> {
    if (this.#pictures === undefined) return undefined;
    if (this.#video !== undefined) return this.#video.picture(message.stampNs);
    try {
      const { data } = fromBinary(CompressedImageSchema, message.data);
      return data.slice() as Uint8Array<ArrayBuffer>;
    } catch {
      // One damaged message must not end the drive.
      return undefined;
    }
  }

  /** Closes the video decoder. */
  close(): void {
    this.#video?.close();
  }
}

/**
 * Opens files of one drive as seen from one camera, the same in all of them: results of one camera do not belong on
 * another one's pictures. A file of other cameras alone is omitted, with a remark.
 */
async function openOfOneCamera(origins: readonly FileOrigin[], wanted: string | undefined) {
  const all = await Promise.all(origins.map((origin) => DriveFile.open(origin, wanted)));
  const cameras = [...new Set(all.flatMap((file) => file.cameras))];
  const named = origins.map(({ name }) => chosenCameraOf(name).camera);
  const chosen = [wanted, ...named, ...cameras].find(
    (name) => name !== undefined && cameras.includes(name),
  );
  const files: DriveFile[] = [];
  const remarks: string[] = [];
  for (const [index, file] of all.entries()) {
    if (file.camera === undefined || file.camera === chosen) files.push(file);
    else if (chosen !== undefined && file.cameras.includes(chosen))
      files.push(await DriveFile.open(origins[index]!, chosen));
    else remarks.push(`${file.path} has no camera ${chosen}, only ${file.cameras.join(', ')}`);
  }
  return { files, cameras, remarks };
}

/** The first message of a stream in a range of stamps, both ends included. */
async function firstFrom(
  { file, channelIds }: Stream,
  startNs: bigint,
  endNs?: bigint,
): Promise<RecordedMessage | undefined> {
  const range = { channelIds, startNs, ...(endNs !== undefined && { endNs }) };
  for await (const message of file.messages(range)) return message;
  return undefined;
}

/** Undefined for other bytes: one damaged message must not end the drive. */
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

/** Files without pictures before the others: they are later results of a drive that may hold older ones itself. */
function resultsFirst(files: readonly DriveFile[]): DriveFile[] {
  const hasPictures = ({ channels }: DriveFile) =>
    channels.some(
      ({ schemaName, topic, messageCount }) =>
        pictureSchemas.includes(schemaName) && topic !== maskTopic && messageCount > 0,
    );
  return [...files].sort((a, b) => Number(hasPictures(a)) - Number(hasPictures(b)));
}

const pictureSchemas: readonly string[] = [
  CompressedImageSchema.typeName,
  CompressedVideoSchema.typeName,
];

/** Class maps are also picture messages, but not a camera's. */
const maskTopic = 'camera/mask';

function streamOf(
  files: readonly DriveFile[],
  schemaName: string,
  usualTopic: string,
): Stream | undefined {
  const streams: Stream[] = [];
  for (const file of files)
    for (const channel of file.channels) {
      const { topic, id, messageCount, messageEncoding } = channel;
      if (channel.schemaName !== schemaName || messageEncoding !== 'protobuf') continue;
      if (messageCount === 0 || topic === maskTopic) continue;
      const known = streams.find((stream) => stream.file === file && stream.topic === topic);
      if (known === undefined) streams.push({ file, topic, channelIds: [id], messageCount });
      else {
        known.channelIds.push(id);
        known.messageCount += messageCount;
      }
    }
  return streams.find(({ topic }) => topic === usualTopic) ?? streams[0];
}

async function cameraOf(files: readonly DriveFile[]): Promise<CameraModel | undefined> {
  const stream = streamOf(files, CameraCalibrationSchema.typeName, 'camera/calibration');
  const first = stream && (await firstFrom(stream, 0n));
  return (
    first &&
    checkCameraCalibration(fromBinary(CameraCalibrationSchema, first.data), stream!.file.path)
  );
}

const recordedInput = ({ metadata }: DriveFile, task: Task) =>
  recordedPlacement(metadata.get('windshield.manifests')?.[task]);

function mountOf(files: readonly DriveFile[]): MeasuredMount | undefined {
  for (const { metadata, path } of files) {
    const fields = metadata.get(mountMetadataName);
    if (fields !== undefined) return checkMount(fields, path);
  }
  return undefined;
}
