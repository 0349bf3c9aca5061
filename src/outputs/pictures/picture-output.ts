import { readJpegHeader } from '../../codec/jpeg-header.js';
import { perceptionTopic } from '../../messages/topics.js';
import type { Output, OutputMessage } from '../output.js';
import { PublishCounts } from '../publish-count.js';
import { PictureEncoder } from './picture-encoder.js';
import type { PictureAnswer } from './picture-messages.js';

/** JPEG quality of pictures for viewers. */
const jpegQuality = 80;
/** Topic of the counts: pictures made, and wanted pictures that were not made. */
const countedTopic = 'camera/image';

/** A viewer of pictures, such as a page. */
export interface PictureTaker {
  /** Whether it wants the picture of the frame that comes now. */
  wantsPicture(): boolean;
  /** Takes the picture of a frame that it wanted; empty if the frame could not be encoded. */
  takePicture(frame: Omit<OutputMessage, 'pixels'>, jpeg: PictureAnswer): void;
  /** There is no picture of the frame that it wanted: the previous one is still being made, or the pixels were missing. */
  missPicture?(): void;
}

/**
 * Pictures for all viewers, each made once: the frame's own JPEG if the source has it, else encoded, one frame at a time,
 * off the main thread. While nobody wants one, nothing is copied or encoded.
 */
export class PictureOutput implements Output {
  readonly name = 'pictures';
  readonly topics = [perceptionTopic.name];
  readonly needsPixels = true;
  readonly takesCoded = true;
  readonly counts = new PublishCounts();
  readonly #encoder = new PictureEncoder(jpegQuality);
  readonly #takers: PictureTaker[] = [];
  #making: Promise<void> = Promise.resolve();

  constructor(
    /** Where the pictures can be seen. */
    readonly place: string,
  ) {}

  add(taker: PictureTaker): void {
    this.#takers.push(taker);
  }

  send({ pixels, ...frame }: OutputMessage): void {
    const takers = this.#takers.filter((taker) => taker.wantsPicture());
    if (takers.length === 0) {
      pixels?.release();
      return;
    }
    const count = this.counts.of(countedTopic);
    // A viewer might rotate a JPEG with EXIF: that picture would differ from the pixels.
    if (pixels?.coded && !this.#encoder.isBusy && readJpegHeader(pixels.coded)?.hasExif === false) {
      const jpeg = Uint8Array.from(pixels.coded);
      pixels.release();
      count.sent++;
      for (const taker of takers) taker.takePicture(frame, jpeg);
      return;
    }
    if (pixels === undefined || this.#encoder.isBusy) {
      pixels?.release();
      count.dropped++;
      for (const taker of takers) taker.missPicture?.();
      return;
    }
    count.sent++;
    this.#making = this.#encoder.encode(pixels).then((jpeg) => {
      for (const taker of takers) taker.takePicture(frame, jpeg);
    });
  }

  /**
   * A result's class map as a serialised foxglove.CompressedImage; empty if there is none, or the last one is not done.
   */
  maskOf(payload: Uint8Array, stampNs: bigint): Promise<PictureAnswer> {
    return this.#encoder.encodeMask(payload, stampNs);
  }

  /** Closes after the last picture was handed out. */
  async close(): Promise<void> {
    await this.#making;
    await this.#encoder.close();
  }
}
