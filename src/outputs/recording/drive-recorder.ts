import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { CameraModel } from '../../calibration/camera-model.js';
import type { CameraMount } from '../../calibration/ground.js';
import { openIfRecording } from '../../capture/camera-of.js';
import { JpegEncoder } from '../../codec/jpeg-encoder.js';
import type { FrameLayout } from '../../frame/frame.js';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../../messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../messages/gen/foxglove/compressed_image_pb.js';
import { FrameTransformSchema } from '../../messages/gen/foxglove/frame_transform_pb.js';
import { ImageAnnotationsSchema } from '../../messages/gen/foxglove/image_annotations_pb.js';
import { PerceptionFrameSchema } from '../../messages/gen/windshield/v1/perception_pb.js';
import { timestampFromNs } from '../../messages/timestamp.js';
import { perceptionTopic } from '../../messages/topics.js';
import type { RecordedAttachment } from '../../recording/attachments.js';
import type { ChannelTopic } from '../../recording/channels.js';
import { choosePictures, type PictureStream } from '../../recording/picture-stream.js';
import { calibrationOf } from '../../recording/recorded-calibration.js';
import type { RecordingReader } from '../../recording/recording-reader.js';
import type { RecordingWriter } from '../../recording/recording-writer.js';
import { zstdChunks } from '../../recording/zstd.js';
import {
  annotationsOf,
  calibrationMessage,
  cameraFrameId,
  cameraTransform,
  maskOf,
} from '../../viewer/foxglove-messages.js';
import { CopiedPictures } from './copied-pictures.js';
import { NumberedRecording } from './numbered-recording.js';

/** Plain data: it crosses threads. */
export interface RecorderOptions {
  path: string;
  /** Where the frames come from; a recording's calibration, and its pictures with `images`, are copied as they are. */
  source: string;
  /** Topic of the pictures in a recording that holds several cameras. */
  topic?: string | undefined;
  /** With the pictures, and with what viewers draw over them. */
  images: boolean;
  /** Of frames that are encoded, and their JPEG quality. */
  layout: FrameLayout;
  quality: number;
  compression?: 'none' | 'zstd' | undefined;
  /** Of a source that carries no calibration itself. */
  camera?: CameraModel | undefined;
  /** How it sits above the road. */
  mount?: CameraMount | undefined;
  metadata: Readonly<Record<string, Readonly<Record<string, string>>>>;
  attachments: readonly RecordedAttachment[];
  splitBytes?: number | undefined;
  splitSeconds?: number | undefined;
  keepSeconds?: number | undefined;
  /** Messages are written together from this size on: so much is lost when the process dies. 1 MiB when left out. */
  chunkBytes?: number | undefined;
}

/** Records a drive: pictures, results, and what viewers draw. In a thread of its own: it encodes and compresses. */
export class DriveRecorder {
  readonly #recording: NumberedRecording;
  readonly #options: RecorderOptions;
  readonly #source: RecordingReader | undefined;
  readonly #pictures: CopiedPictures | undefined;
  readonly #encoder: JpegEncoder;
  #lastStampNs = -1n;

  private constructor(
    options: RecorderOptions,
    recording: NumberedRecording,
    source: RecordingReader | undefined,
    stream: PictureStream | undefined,
  ) {
    this.#options = options;
    this.#recording = recording;
    this.#source = source;
    this.#encoder = new JpegEncoder(options.layout, options.quality);
    if (options.images && source !== undefined && stream !== undefined)
      this.#pictures = new CopiedPictures(source, stream, options.quality);
  }

  /** Rejects with ERR_OUTPUT where the file cannot be written. */
  static async create(options: RecorderOptions): Promise<DriveRecorder> {
    const source = await openIfRecording(options.source);
    try {
      const { path, topic, compression } = options;
      const chosen = source && (await choosePictures(source, topic).catch(() => undefined));
      const compressChunk = compression === 'zstd' ? await zstdChunks() : undefined;
      const recorded = source && chosen && (await calibrationOf(source, chosen.stream)).calibration;
      const recording = await NumberedRecording.create(
        path,
        { ...options, isKept: true, compressChunk },
        {
          describe: (writer) => describe(writer, options),
          messages: (stampNs) => lastingOf(options, recorded, stampNs),
        },
      );
      return new DriveRecorder(options, recording, source, chosen?.stream);
    } catch (error) {
      await source?.close();
      throw error;
    }
  }

  /** Writes a message of a topic; with results also their pictures, and what is drawn over them. */
  async message(topic: ChannelTopic, stampNs: bigint, payload: Uint8Array): Promise<void> {
    if (stampNs > this.#lastStampNs) this.#lastStampNs = stampNs;
    const written = [this.#recording.write(topic, stampNs, payload)];
    if (topic === perceptionTopic.name && this.#options.images) {
      written.push(...this.#draw(stampNs, payload));
      written.push(this.#copyPictures(stampNs));
    }
    await Promise.all(written);
  }

  /** Encodes and writes a frame's pixels, which are free when this returns. */
  picture(stampNs: bigint, pixels: Uint8Array): Promise<void> {
    const jpeg = this.#encoder.encode(pixels);
    return this.jpeg(stampNs, jpeg);
  }

  /** Writes a picture that is JPEG already; the bytes are copied at once. */
  jpeg(stampNs: bigint, jpeg: Uint8Array): Promise<void> {
    if (stampNs > this.#lastStampNs) this.#lastStampNs = stampNs;
    const image = { timestamp: timestampFromNs(stampNs), frameId: cameraFrameId, format: 'jpeg' };
    const message = create(CompressedImageSchema, { ...image, data: jpeg });
    return this.#recording.write('camera/image', stampNs, toBinary(CompressedImageSchema, message));
  }

  /** The files there are, in order. */
  get files(): readonly string[] {
    return this.#recording.files;
  }

  /** What lies there of a ring stays. */
  keep(): void {
    this.#recording.keep();
  }

  /**
   * Finishes the file. Pictures of a recording are copied to its end; of a run that was ended before its source
   * (`isCutShort`), only those of what was run. Rejects with ERR_OUTPUT.
   */
  async close({ isCutShort = false } = {}): Promise<void> {
    try {
      await this.#copyPictures(isCutShort ? this.#lastStampNs : undefined);
      await this.#recording.close();
    } finally {
      await this.#source?.close();
    }
  }

  /** Ends in the middle: what was taken stays in `<path>.partial`, without an index. */
  async leave(): Promise<void> {
    await this.#recording.leave();
    await this.#source?.close();
  }

  /** Leaves nothing of the file that is being written. */
  async abort(): Promise<void> {
    await this.#recording.abort();
    await this.#source?.close();
  }

  #draw(stampNs: bigint, payload: Uint8Array): Promise<void>[] {
    const frame = fromBinary(PerceptionFrameSchema, payload);
    const annotations = toBinary(ImageAnnotationsSchema, annotationsOf(frame, stampNs));
    const written = [this.#recording.write('camera/annotations', stampNs, annotations)];
    const mask = maskOf(frame, stampNs);
    if (mask !== undefined) {
      const data = toBinary(CompressedImageSchema, mask);
      written.push(this.#recording.write('camera/mask', stampNs, data));
    }
    return written;
  }

  async #copyPictures(upToNs: bigint | undefined): Promise<void> {
    await this.#pictures?.copy(upToNs, (stampNs, data) =>
      this.#recording.write('camera/image', stampNs, data),
    );
  }
}

async function describe(
  writer: RecordingWriter,
  { metadata, attachments }: RecorderOptions,
): Promise<void> {
  for (const [name, entries] of Object.entries(metadata)) await writer.addMetadata(name, entries);
  for (const attachment of attachments) await writer.addAttachment(attachment);
}

/** What is said once a file: the calibration, no later than the first message, and how the camera is turned. */
function lastingOf(
  { camera, mount, images }: RecorderOptions,
  recorded: CameraCalibration | undefined,
  firstNs: bigint,
): { topic: ChannelTopic; stampNs: bigint; data: Uint8Array }[] {
  const calibration = recorded ?? (camera && calibrationMessage(camera, firstNs));
  if (calibration === undefined) return [];
  const { seconds = 0n, nanos = 0 } = calibration.timestamp ?? {};
  const ownNs = seconds * 1_000_000_000n + BigInt(nanos);
  // Of a later file of a long drive it is repeated.
  const stampNs = firstNs - ownNs < oneSecondNs ? ownNs : firstNs;
  const data = toBinary(CameraCalibrationSchema, calibration);
  const transform = toBinary(FrameTransformSchema, cameraTransform(stampNs, mount));
  return [
    { topic: 'camera/calibration', stampNs, data },
    ...(images ? [{ topic: 'transforms' as const, stampNs, data: transform }] : []),
  ];
}

const oneSecondNs = 1_000_000_000n;
