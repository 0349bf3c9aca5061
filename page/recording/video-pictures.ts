import { fromBinary } from '@bufbuild/protobuf';
import { codecName, isKeyframe, readAccessUnit } from '../../src/codec/video/access-unit.js';
import { CompressedVideoSchema } from '../../src/messages/gen/foxglove/compressed_video_pb.js';
import type { RecordedMessage } from '../../src/recording/recording-piece.js';
import type { DriveFile } from './drive-file.js';

/** A decoder that holds a frame back this long is flushed, milliseconds. */
const patienceMs = 500;

/**
 * Decodes frames of a recorded video in the browser (WebCodecs): later frames from the current position if no keyframe is
 * closer, any other from the keyframe before it. Requests are answered one after the other.
 */
export class VideoPictures {
  readonly #file: DriveFile;
  readonly #channelIds: readonly number[];
  #decoder: VideoDecoder | undefined;
  /** Stamp of the last frame that went in. */
  #atNs: bigint | undefined;
  /** Number of the wanted frame. */
  #wanted: number | undefined;
  #number = 0;
  #take: (frame: VideoFrame | undefined) => void = () => {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: DriveFile, channelIds: readonly number[]) {
    this.#file = file;
    this.#channelIds = channelIds;
  }

  /** Undefined for a frame that cannot be decoded. Rejects with an Error if this browser cannot decode the video. */
  picture(stampNs: bigint): Promise<ImageBitmap | undefined> {
    const done = this.#last.then(() => this.#picture(stampNs));
    this.#last = done.catch(() => undefined);
    return done;
  }

  close(): void {
    if (this.#decoder?.state !== 'closed') this.#decoder?.close();
    this.#decoder = undefined;
  }

  async #picture(stampNs: bigint): Promise<ImageBitmap | undefined> {
    const fromNs = await this.#startFor(stampNs);
    if (fromNs === undefined) return undefined;
    const range = { channelIds: this.#channelIds, startNs: fromNs, endNs: stampNs };
    let frame: VideoFrame | undefined;
    for await (const message of this.#file.messages(range)) {
      if (message.stampNs < stampNs) await this.#feed(message);
      else frame = await this.#decoded(message);
    }
    if (frame === undefined) return undefined;
    const bitmap = await createImageBitmap(frame);
    frame.close();
    return bitmap;
  }

  /** Where decoding must begin for this frame: after the one that went in last, or at its keyframe. */
  async #startFor(stampNs: bigint): Promise<bigint | undefined> {
    const isOpen = this.#decoder?.state === 'configured';
    const keyNs = (await this.#file.lastBefore(this.#channelIds, stampNs + 1n, isKey))?.stampNs;
    const atNs = this.#atNs;
    const isAhead = isOpen && atNs !== undefined && atNs < stampNs;
    if (isAhead && (keyNs === undefined || keyNs <= atNs)) return atNs + 1n;
    if (keyNs === undefined) return undefined;
    // An open decoder also continues with a keyframe.
    if (!isOpen) this.close();
    return keyNs;
  }

  async #feed({ stampNs, data }: RecordedMessage): Promise<void> {
    const { data: annexB } = fromBinary(CompressedVideoSchema, data);
    const isKeyframe = isKey({ data });
    this.#decoder ??= await this.#open(annexB);
    this.#atNs = stampNs;
    const type = isKeyframe ? 'key' : 'delta';
    this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: ++this.#number, data: annexB }));
  }

  async #decoded(message: RecordedMessage): Promise<VideoFrame | undefined> {
    const coming = new Promise<VideoFrame | undefined>((resolve) => {
      this.#take = resolve;
    });
    this.#wanted = this.#number + 1;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      // Opening a decoder may take longer than one holds a frame back.
      await this.#feed(message);
      timer = setTimeout(() => {
        // After a flush, decoding must go on at a keyframe.
        this.#atNs = undefined;
        const decoder = this.#decoder;
        const flushing = decoder?.state === 'configured' ? decoder.flush() : Promise.resolve();
        flushing.catch(() => undefined).then(() => this.#take(undefined));
      }, patienceMs);
      return await coming;
    } finally {
      clearTimeout(timer);
      this.#wanted = undefined;
    }
  }

  async #open(keyframe: Uint8Array): Promise<VideoDecoder> {
    const codec = codecName(readAccessUnit(keyframe).sequenceSets[0]!);
    if (typeof VideoDecoder === 'undefined')
      throw new Error(
        `${this.#file.path}: its pictures are video, which browsers decode on a page of this machine or over HTTPS only; \`windshield record\` of the file makes JPEG of them`,
      );
    const config = { codec, optimizeForLatency: true };
    const { supported } = await VideoDecoder.isConfigSupported(config).catch(() => ({
      supported: false,
    }));
    if (supported !== true)
      throw new Error(
        `${this.#file.path}: this browser does not decode its pictures, H.264 (${codec}); \`windshield record\` of the file makes JPEG of them`,
      );
    const decoder = new VideoDecoder({
      output: (frame) => {
        if (frame.timestamp === this.#wanted) this.#take(frame);
        else frame.close();
      },
      // The decoder is closed then; the next request starts a new one.
      error: () => this.#take(undefined),
    });
    decoder.configure(config);
    return decoder;
  }
}

const isKey = ({ data }: Pick<RecordedMessage, 'data'>): boolean => {
  try {
    return isKeyframe(fromBinary(CompressedVideoSchema, data).data);
  } catch {
    return false;
  }
};
