import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { CameraModel } from '../../calibration/camera-model.js';
import type { CameraMount } from '../../calibration/ground.js';
import { openIfRecording } from '../../capture/camera-of.js';
import { JpegEncoder } from '../../codec/jpeg-encoder.js';
import { isKeyframe } from '../../codec/video/access-unit.js';
import type { H264Options } from '../../codec/video/h264-encoder.js';
import type { FrameLayout } from '../../frame/frame.js';
import {
  type CameraCalibration,
  CameraCalibrationSchema,
} from '../../messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../messages/gen/foxglove/compressed_image_pb.js';
import { CompressedVideoSchema } from '../../messages/gen/foxglove/compressed_video_pb.js';
import { FrameTransformSchema } from '../../messages/gen/foxglove/frame_transform_pb.js';
import { ImageAnnotationsSchema } from '../../messages/gen/foxglove/image_annotations_pb.js';
import { PerceptionFrameSchema } from '../../messages/gen/windshield/v1/perception_pb.js';
import { timestampFromNs } from '../../messages/timestamp.js';
import { perceptionTopic, topicOf } from '../../messages/topics.js';
import type { RecordedAttachment } from '../../recording/attachments.js';
import type { ChannelTopic } from '../../recording/channels.js';
import { choosePictures, type PictureStream } from '../../recording/picture-stream.js';
import { calibrationOf } from '../../recording/recorded-calibration.js';
import type { RecordingReader } from '../../recording/recording-reader.js';
import type { RecordingWriter } from '../../recording/recording-writer.js';
import {
  annotationsOf,
  calibrationMessage,
  cameraFrameId,
  cameraTransform,
  maskOf,
} from '../../viewer/foxglove-messages.js';
import { CopiedPictures } from './copied-pictures.js';
import type { LastingMessage } from './numbered-recording.js';
import { VideoPictures } from './video-pictures.js';

/** Settings for recording one camera. Plain data: it crosses threads. */
export interface CameraRecorderOptions {
  /** Camera of a rig with several; its topics, metadata and attachments then begin with `/<name>/`. */
  name?: string | undefined;
  /** Where the frames come from. A recording's calibration, and with `images` its pictures, are copied as they are. */
  source: string;
  /** Topic of the pictures in a recording that holds several cameras. */
  topic?: string | undefined;
  /** Also record the pictures, and what viewers draw over them. */
  images: boolean;
  /** Layout of frames that are encoded, and their quality, 1 to 100. */
  layout: FrameLayout;
  quality: number;
  /** Set if frames become an H.264 video, with its approximate frames per second; JPEG when left out. */
  video?: Pick<H264Options, 'rateHz'> | undefined;
  /** Calibration for a source that carries none itself. */
  camera?: CameraModel | undefined;
  /** How it sits above the road. */
  mount?: CameraMount | undefined;
  metadata: Readonly<Record<string, Readonly<Record<string, string>>>>;
  attachments: readonly RecordedAttachment[];
}

/** A frame's pixels, and the camera's JPEG of it if that is kept. */
export interface RecordedFrame {
  pixels: Uint8Array;
  coded: Uint8Array | undefined;
}

/** Writes one message into the recording; `name` is the channel's. */
export type WriteMessage = (
  topic: ChannelTopic,
  stampNs: bigint,
  data: Uint8Array,
  name: string,
  isKeyframe?: boolean,
) => Promise<void>;

/** One camera of a recording: its pictures, its results, and what viewers draw. */
export class CameraRecorder {
  /** Set before the first message. */
  write!: WriteMessage;
  readonly #options: CameraRecorderOptions;
  readonly #source: RecordingReader | undefined;
  readonly #recorded: CameraCalibration | undefined;
  readonly #pictures: CopiedPictures | undefined;
  readonly #encoder: JpegEncoder | VideoPictures;
  /** Writing of the last encoded picture; earlier ones are written before it. */
  #lastPicture: Promise<void> = Promise.resolve();
  #lastStampNs = -1n;

  private constructor(
    options: CameraRecorderOptions,
    source: RecordingReader | undefined,
    recorded: CameraCalibration | undefined,
    stream: PictureStream | undefined,
    encoder: JpegEncoder | VideoPictures,
  ) {
    this.#options = options;
    this.#source = source;
    this.#recorded = recorded;
    this.#encoder = encoder;
    if (options.images && source !== undefined && stream !== undefined)
      this.#pictures = new CopiedPictures(source, stream, options.quality);
  }

  static async open(options: CameraRecorderOptions): Promise<CameraRecorder> {
    const source = await openIfRecording(options.source);
    try {
      const chosen = source && (await choosePictures(source, options.topic).catch(() => undefined));
      const recorded = source && chosen && (await calibrationOf(source, chosen.stream)).calibration;
      const encoder = await encoderOf(options);
      return new CameraRecorder(options, source, recorded, chosen?.stream, encoder);
    } catch (error) {
      await source?.close();
      throw error;
    }
  }

  /** True if its pictures are a video, copied or encoded. */
  get hasVideo(): boolean {
    return this.#options.video !== undefined || this.#pictures?.isVideo === true;
  }

  /** Writes a message of a topic; with results also their pictures, and what is drawn over them. */
  async message(topic: ChannelTopic, stampNs: bigint, payload: Uint8Array): Promise<void> {
    if (stampNs > this.#lastStampNs) this.#lastStampNs = stampNs;
    const written = [this.#write(topic, stampNs, payload)];
    if (topic === perceptionTopic.name && this.#options.images) {
      written.push(...this.#draw(stampNs, payload));
      written.push(this.#copyPictures(stampNs));
    }
    await Promise.all(written);
  }

  /** Writes a frame as the camera gave it, or else encoded. `onRead` is called once, when its memory is free. */
  picture(stampNs: bigint, frame: RecordedFrame, onRead: () => void): Promise<void> {
    if (stampNs > this.#lastStampNs) this.#lastStampNs = stampNs;
    const written =
      this.#encoder instanceof JpegEncoder
        ? this.#writeJpeg(stampNs, frame, this.#encoder, onRead)
        : this.#writeVideo(stampNs, frame, this.#encoder, onRead);
    // Without its value, which would hold the values of all earlier ones.
    this.#lastPicture = Promise.allSettled([this.#lastPicture, written]).then(() => undefined);
    return written;
  }

  /** Writes the camera's own metadata and attachments, at the head of each file. */
  async describe(writer: RecordingWriter): Promise<void> {
    const { metadata, attachments, name: camera } = this.#options;
    for (const [name, entries] of Object.entries(metadata))
      await writer.addMetadata(topicOf(name, camera), entries);
    for (const attachment of attachments)
      await writer.addAttachment({ ...attachment, name: topicOf(attachment.name, camera) });
  }

  /**
   * Messages written once per file: the calibration, stamped no later than the first message, and the camera's
   * orientation.
   */
  lasting(firstNs: bigint): LastingMessage[] {
    const { camera, mount, images, name } = this.#options;
    const calibration = this.#recorded ?? (camera && calibrationMessage(camera, firstNs));
    if (calibration === undefined) return [];
    const { seconds = 0n, nanos = 0 } = calibration.timestamp ?? {};
    const ownNs = seconds * 1_000_000_000n + BigInt(nanos);
    // In a later file of a long drive, it is repeated with the time of that file; another clock's time means nothing here.
    const isNear = ownNs <= firstNs && firstNs - ownNs < oneSecondNs;
    const stampNs = isNear ? ownNs : firstNs;
    const said = (topic: ChannelTopic, data: Uint8Array) => {
      return { topic, stampNs, data, name: topicOf(topic, name) };
    };
    const transform = toBinary(FrameTransformSchema, cameraTransform(stampNs, mount));
    return [
      said('camera/calibration', toBinary(CameraCalibrationSchema, calibration)),
      ...(images ? [said('transforms', transform)] : []),
    ];
  }

  /**
   * Copies the pictures of a recording to its end; if the run was ended before its source (`isCutShort`), only up to its
   * last message.
   */
  async finish(isCutShort: boolean): Promise<void> {
    await this.#lastPicture;
    await this.#copyPictures(isCutShort ? this.#lastStampNs : undefined);
  }

  async close(): Promise<void> {
    if (this.#encoder instanceof VideoPictures) await this.#encoder.close();
    await this.#source?.close();
  }

  #write(topic: ChannelTopic, stampNs: bigint, data: Uint8Array, isKey?: boolean): Promise<void> {
    return this.write(topic, stampNs, data, topicOf(topic, this.#options.name), isKey);
  }

  async #writeJpeg(
    stampNs: bigint,
    { pixels, coded }: RecordedFrame,
    encoder: JpegEncoder,
    onRead: () => void,
  ): Promise<void> {
    const image = { timestamp: timestampFromNs(stampNs), frameId: cameraFrameId, format: 'jpeg' };
    let data: Uint8Array;
    try {
      const message = { ...image, data: coded ?? encoder.encode(pixels) };
      data = toBinary(CompressedImageSchema, create(CompressedImageSchema, message));
    } finally {
      onRead();
    }
    await this.#write('camera/image', stampNs, data);
  }

  async #writeVideo(
    stampNs: bigint,
    { pixels }: RecordedFrame,
    encoder: VideoPictures,
    onRead: () => void,
  ): Promise<void> {
    const { read, coded } = encoder.encode(pixels);
    void read.then(onRead);
    const data = await coded;
    const frame = { timestamp: timestampFromNs(stampNs), frameId: cameraFrameId, format: 'h264' };
    const message = toBinary(
      CompressedVideoSchema,
      create(CompressedVideoSchema, { ...frame, data }),
    );
    await this.#write('camera/video', stampNs, message, isKeyframe(data));
  }

  #draw(stampNs: bigint, payload: Uint8Array): Promise<void>[] {
    const frame = fromBinary(PerceptionFrameSchema, payload);
    const annotations = toBinary(ImageAnnotationsSchema, annotationsOf(frame, stampNs));
    const written = [this.#write('camera/annotations', stampNs, annotations)];
    const mask = maskOf(frame, stampNs);
    if (mask !== undefined)
      written.push(this.#write('camera/mask', stampNs, toBinary(CompressedImageSchema, mask)));
    return written;
  }

  async #copyPictures(upToNs: bigint | undefined): Promise<void> {
    const topic = this.#pictures?.isVideo ? 'camera/video' : 'camera/image';
    await this.#pictures?.copy(upToNs, (stampNs, data, isKey) =>
      this.#write(topic, stampNs, data, isKey),
    );
  }
}

/** Returns the encoder for every frame's picture. */
async function encoderOf({ layout, quality, video }: CameraRecorderOptions) {
  return video === undefined
    ? new JpegEncoder(layout, quality)
    : await VideoPictures.open({ layout, quality, ...video });
}

const oneSecondNs = 1_000_000_000n;
