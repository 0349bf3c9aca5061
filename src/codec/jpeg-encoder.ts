import type { FrameLayout } from '../frame/frame.js';
import { fillPackedRgb } from './packed-rgb.js';
import { encodeJpegInto, mostJpegBytes } from './turbo-jpeg.js';

/**
 * Encodes frames of one layout as JPEG, on the calling thread: baseline, chroma 4:2:0. Pixels may be in shared memory.
 * Allocates its buffers once.
 */
export class JpegEncoder {
  readonly #layout: FrameLayout;
  readonly #quality: number;
  readonly #out: Uint8Array;
  /** Copy of frames that the encoder cannot read in place; undefined if it can. */
  readonly #rgb: Uint8Array | undefined;

  /** `quality` is 1 to 100. */
  constructor(layout: FrameLayout, quality: number) {
    const { widthPx: width, heightPx: height, format, strideBytes } = layout;
    this.#layout = layout;
    this.#quality = quality;
    this.#out = new Uint8Array(mostJpegBytes(width, height));
    // The encoder counts its stride in pixels.
    const isReadable = format === 'rgb8' && strideBytes % 3 === 0;
    this.#rgb = isReadable ? undefined : new Uint8Array(width * height * 3);
  }

  /** Returns the JPEG as a view that is valid until the next call. */
  encode(pixels: Uint8Array): Uint8Array {
    const { widthPx, heightPx, strideBytes } = this.#layout;
    if (this.#rgb !== undefined) fillPackedRgb(pixels, this.#layout, this.#rgb);
    const stridePx = this.#rgb === undefined ? strideBytes / 3 : widthPx;
    const size = { widthPx, heightPx, stridePx };
    return encodeJpegInto(this.#rgb ?? pixels, size, this.#quality, this.#out);
  }
}
