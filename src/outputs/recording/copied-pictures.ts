import { create, toBinary } from '@bufbuild/protobuf';
import { CompressedImageSchema } from '../../messages/gen/foxglove/compressed_image_pb.js';
import { timestampFromNs } from '../../messages/timestamp.js';
import type { PictureStream } from '../../recording/picture-stream.js';
import { isKeyframeMessage, jpegInTurn, watchGaps } from '../../recording/pictures-in.js';
import type { RecordedMessage } from '../../recording/recording-piece.js';
import type { RecordingReader } from '../../recording/recording-reader.js';

/** Writes one picture's message; `isKeyframe` is for frames of a video. */
type WritePicture = (stampNs: bigint, data: Uint8Array, isKeyframe?: boolean) => Promise<void>;

/**
 * The pictures of a recording, in order: JPEG and video as they are, byte by byte, anything else encoded. Frames of a video
 * behind a damaged part are left out until the next keyframe: they refer to frames that are not there.
 */
export class CopiedPictures {
  readonly #messages: AsyncGenerator<RecordedMessage, void, void>;
  readonly #stream: PictureStream;
  readonly #quality: number;
  readonly #missingBefore: ReturnType<typeof watchGaps>;
  /** False behind a damaged part of a video, until the next keyframe. */
  #isInStep = true;
  #next: RecordedMessage | undefined;
  #isOver = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(reader: RecordingReader, stream: PictureStream, quality: number) {
    this.#stream = stream;
    this.#quality = quality;
    this.#missingBefore = watchGaps(reader, stream.channelIds);
    this.#messages = reader.messages({ channelIds: stream.channelIds });
  }

  get isVideo(): boolean {
    return this.#stream.isVideo;
  }

  /**
   * Hands on pictures not handed on so far, up to a stamp (included), or all. Calls are carried out one after the other.
   */
  copy(upToNs: bigint | undefined, write: WritePicture): Promise<void> {
    const done = this.#turn.then(() => this.#copy(upToNs, write));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #copy(upToNs: bigint | undefined, write: WritePicture): Promise<void> {
    while (!this.#isOver) {
      this.#next ??= (await this.#messages.next()).value ?? undefined;
      this.#isOver = this.#next === undefined;
      if (this.#next === undefined || (upToNs !== undefined && this.#next.stampNs > upToNs)) return;
      const { stampNs, data } = this.#next;
      const isAfterGap = this.#missingBefore(this.#next) > 0;
      this.#next = undefined;
      if (this.isVideo) {
        const isKeyframe = isKeyframeMessage(this.#stream, data);
        this.#isInStep = isKeyframe || (this.#isInStep && !isAfterGap);
        if (this.#isInStep) await write(stampNs, data, isKeyframe);
        continue;
      }
      const message = await this.#messageOf(stampNs, data);
      if (message !== undefined) await write(stampNs, message);
    }
  }

  /** Undefined for a picture that cannot be read: it is counted where it is played. */
  async #messageOf(stampNs: bigint, data: Uint8Array): Promise<Uint8Array | undefined> {
    const { schemaName, readPicture } = this.#stream;
    if (schemaName === CompressedImageSchema.typeName) return data;
    const jpeg = await jpegInTurn({ read: () => readPicture(data) }, this.#quality);
    if (jpeg === undefined) return undefined;
    const image = { timestamp: timestampFromNs(stampNs), frameId: 'camera', format: 'jpeg' };
    const message = create(CompressedImageSchema, { ...image, data: jpeg.bytes });
    return toBinary(CompressedImageSchema, message);
  }
}
