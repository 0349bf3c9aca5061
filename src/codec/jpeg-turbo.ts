import turbo from '@julusian/jpeg-turbo';
import type { FrameLayout } from '../frame/frame.js';
import { fillRgbFromNv12 } from './nv12.js';

// The package is CommonJS.
const { bufferSize, compressSync, FORMAT_RGB, SAMP_420 } = turbo;

/**
 * Encodes frames of one layout as JPEG, on the calling thread: baseline, chroma 4:2:0. Pixels may lie in shared
 * memory. Makes its buffers once.
 */
export class JpegEncoder {
  readonly #layout: FrameLayout;
  readonly #quality: number;
  readonly #out: Buffer;
  /** Of frames that the encoder cannot read where they lie. */
  readonly #rgb: Buffer | undefined;

  /** `quality` is 1 to 100. */
  constructor(layout: FrameLayout, quality: number) {
    const { widthPx: width, heightPx: height, format, strideBytes } = layout;
    this.#layout = layout;
    this.#quality = quality;
    this.#out = Buffer.alloc(bufferSize({ width, height, subsampling: SAMP_420 }));
    // The encoder counts its stride in pixels.
    const isReadable = format === 'rgb8' && strideBytes % 3 === 0;
    this.#rgb = isReadable ? undefined : Buffer.alloc(width * height * 3);
  }

  /** The JPEG is a view, valid until the next call. */
  encode(pixels: Uint8Array): Uint8Array {
    const { widthPx: width, heightPx: height, strideBytes } = this.#layout;
    if (this.#rgb !== undefined) this.#pack(pixels, this.#rgb);
    const rgb = this.#rgb ?? Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    const stride = this.#rgb === undefined ? strideBytes / 3 : width;
    const size = { width, height, stride, subsampling: SAMP_420 };
    return compressSync(rgb, this.#out, { ...size, format: FORMAT_RGB, quality: this.#quality });
  }

  #pack(pixels: Uint8Array, rgb: Uint8Array): void {
    const { format, widthPx, heightPx, strideBytes } = this.#layout;
    if (format === 'nv12') fillRgbFromNv12(pixels, this.#layout, rgb);
    else
      for (let y = 0; y < heightPx; y++) {
        const row = pixels.subarray(y * strideBytes, y * strideBytes + widthPx * 3);
        rgb.set(row, y * widthPx * 3);
      }
  }
}
