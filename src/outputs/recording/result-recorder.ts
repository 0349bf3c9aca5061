import { create, toBinary } from '@bufbuild/protobuf';
import { type MeasuredMount, mountMetadata, mountMetadataName } from '../../calibration/mount.js';
import { openIfRecording } from '../../capture/camera-of.js';
import { PerceptionError } from '../../frame/perception-error.js';
import { CameraCalibrationSchema } from '../../messages/gen/foxglove/camera_calibration_pb.js';
import { CompressedImageSchema } from '../../messages/gen/foxglove/compressed_image_pb.js';
import { perceptionTopic } from '../../messages/topics.js';
import { timestampFromNs } from '../../recording/drive-writer.js';
import { jpegOfPicture } from '../../recording/picture-message.js';
import { choosePictures, type PictureStream } from '../../recording/picture-stream.js';
import { calibrationOf } from '../../recording/recorded-calibration.js';
import type { RecordingReader } from '../../recording/recording-reader.js';
import { RecordingWriter } from '../../recording/recording-writer.js';

/** Results that wait for the disk; what comes beyond is dropped and counted, and no lane waits. */
const maxPending = 256;

/** JPEG quality of pictures that were recorded otherwise. */
const copiedQuality = 90;

export interface RecorderOptions {
  path: string;
  /** Where the frames come from; a recording's calibration is copied. */
  source: string;
  /** Topic of the pictures in a recording that holds several cameras. */
  topic?: string | undefined;
  /** Copy the pictures of the source as well; it must be a recording. */
  images: boolean;
  /** Said of the run in the file's metadata `windshield.result`. */
  facts: Readonly<Record<string, string>>;
  /** By task, what of its manifest decides results, as JSON: metadata `windshield.manifests`. */
  manifests?: Readonly<Record<string, string>>;
  /** How the camera sat: metadata `windshield.mount`. */
  mount?: MeasuredMount | undefined;
  /** Results are written together from this size on: so much is lost when the process dies. 1 MiB when left out. */
  chunkBytes?: number;
}

/** Writes results to an MCAP file that is there whole or not at all, off the critical path. */
export class ResultRecorder {
  written = 0;
  dropped = 0;
  /** The first error of the disk; recording is over then, the run is not. */
  failure: unknown;
  readonly #writer: RecordingWriter;
  readonly #source: RecordingReader | undefined;
  /** The pictures that are played. */
  readonly #stream: PictureStream | undefined;
  readonly #copiesImages: boolean;
  /** Of the last result. */
  #lastStampNs = -1n;
  readonly #pending = new Set<Promise<void>>();

  private constructor(
    writer: RecordingWriter,
    source: RecordingReader | undefined,
    stream: PictureStream | undefined,
    images: boolean,
  ) {
    this.#writer = writer;
    this.#source = source;
    this.#stream = stream;
    this.#copiesImages = images;
  }

  /** Throws ERR_OUTPUT where the file cannot be written, ERR_USAGE where there are no pictures to copy. */
  static async create(options: RecorderOptions): Promise<ResultRecorder> {
    const { path, source, images, facts, manifests = {}, chunkBytes, topic, mount } = options;
    const recording = await openIfRecording(source);
    if (images && recording === undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected a recording to copy pictures from, found ${source}`,
      );
    try {
      const chosen = recording && (await choosePictures(recording, topic).catch(() => undefined));
      const writer = await RecordingWriter.create(path, { chunkBytes, isKept: true });
      const recorder = new ResultRecorder(writer, recording, chosen?.stream, images);
      try {
        await writer.addMetadata('windshield.result', facts);
        await writer.addMetadata('windshield.manifests', manifests);
        if (mount !== undefined) await writer.addMetadata(mountMetadataName, mountMetadata(mount));
        await recorder.#copyCalibration();
      } catch (error) {
        await writer.abort();
        throw error;
      }
      return recorder;
    } catch (error) {
      await recording?.close();
      throw error;
    }
  }

  get path(): string {
    return this.#writer.path;
  }

  /** Takes a serialised PerceptionFrame; `stampNs` orders it among the recording's messages. Never throws. */
  record(stampNs: bigint, payload: Uint8Array): void {
    if (this.failure !== undefined || this.#pending.size >= maxPending) {
      this.dropped++;
      return;
    }
    if (stampNs > this.#lastStampNs) this.#lastStampNs = stampNs;
    const write = this.#writer.writeEncoded(perceptionTopic.name, stampNs, payload).then(
      () => {
        this.written++;
        this.#pending.delete(write);
      },
      (error: unknown) => {
        this.dropped++;
        this.failure ??= error;
        this.#pending.delete(write);
      },
    );
    this.#pending.add(write);
  }

  /** Resolves when all that was taken is with the operating system. */
  async drained(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /**
   * Copies the pictures if they are wanted, and gives the file its name. Of a run that was ended before its source
   * (`isCutShort`), only the pictures of what was run. Rejects with ERR_OUTPUT, leaving nothing.
   */
  async close({ isCutShort = false } = {}): Promise<void> {
    try {
      await this.drained();
      await this.#copyImages(isCutShort ? { endNs: this.#lastStampNs } : {});
      await this.#writer.close();
    } catch (error) {
      await this.#writer.abort();
      throw error;
    } finally {
      await this.#source?.close();
    }
  }

  /** Ends in the middle: what was taken stays in `<path>.partial`, without an index. For a supervisor to finish. */
  async leave(): Promise<void> {
    await this.drained();
    await this.#writer.leave();
    await this.#source?.close();
  }

  /** Leaves nothing behind. Does nothing after `close`. */
  async abort(): Promise<void> {
    await this.#writer.abort();
    await this.#source?.close();
  }

  async #copyCalibration(): Promise<void> {
    if (this.#source === undefined || this.#stream === undefined) return;
    const { calibration } = await calibrationOf(this.#source, this.#stream);
    if (calibration === undefined) return;
    const { seconds = 0n, nanos = 0 } = calibration.timestamp ?? {};
    const stampNs = seconds * 1_000_000_000n + BigInt(nanos);
    const bytes = toBinary(CameraCalibrationSchema, calibration);
    await this.#writer.writeEncoded('camera/calibration', stampNs, bytes);
  }

  async #copyImages(range: { endNs?: bigint }): Promise<void> {
    if (!this.#copiesImages || this.#source === undefined || this.#stream === undefined) return;
    if (range.endNs === -1n) return;
    const { channelIds, schemaName, readPicture } = this.#stream;
    const isOurs = schemaName === CompressedImageSchema.typeName;
    for await (const { stampNs, data } of this.#source.messages({ channelIds, ...range })) {
      if (isOurs) await this.#writer.writeEncoded('camera/image', stampNs, data);
      else {
        // What cannot be read is counted where it is played.
        const jpeg = await jpegOfPicture(readPicture, data, copiedQuality).catch(() => undefined);
        if (jpeg === undefined) continue;
        const image = { timestamp: timestampFromNs(stampNs), frameId: 'camera', format: 'jpeg' };
        const message = create(CompressedImageSchema, { ...image, data: jpeg.bytes });
        await this.#writer.write('camera/image', stampNs, message);
      }
    }
  }
}
