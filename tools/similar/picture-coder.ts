import type { RgbImage } from '../datasets/sample.js';

/** Makes codes of pictures. Release it when done. */
export interface PictureCoder {
  /** Dimension of a code, a multiple of 8. */
  readonly dims: number;
  /** The code of a picture without lens correction; a new array. */
  code(picture: RgbImage): Promise<Float32Array> | Float32Array;
  release(): void;
}

/** A kind of coder whose codes can be recognised without loading it. */
export interface CoderKind {
  /** Identifies what makes a code; codes of different makers cannot be compared. */
  maker: string;
  open(): PictureCoder;
}
