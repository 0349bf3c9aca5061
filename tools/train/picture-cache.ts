import type { RgbImage, SampleBase } from '../datasets/sample.js';

/**
 * Keeps decoded pictures up to a number of bytes, so that later epochs need not decode them again. Pictures that do
 * not fit are decoded each time.
 */
export class PictureCache {
  readonly #pictures = new Map<SampleBase, RgbImage>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  async load(sample: SampleBase): Promise<RgbImage> {
    const known = this.#pictures.get(sample);
    if (known) return known;
    const picture = await sample.load();
    if (this.#bytes + picture.data.byteLength <= this.#maxBytes) {
      this.#bytes += picture.data.byteLength;
      this.#pictures.set(sample, picture);
    }
    return picture;
  }
}
