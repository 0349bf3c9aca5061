import type { RgbImage } from '../datasets/sample.js';

/** What makes codes of pictures. Release it when done. */
export interface PictureCoder {
  /** Numbers in a code, a multiple of 8. */
  readonly dims: number;
  /** The code of a picture as it is, lens and all; a new array. */
  code(picture: RgbImage): Promise<Float32Array> | Float32Array;
  release(): void;
}

/** A coder that need not be loaded to know whose codes are its. */
export interface CoderKind {
  /** Names what makes a code: codes of two makers cannot be compared. */
  maker: string;
  open(): PictureCoder;
}
