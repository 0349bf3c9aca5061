import type { FrameLayout } from '../../frame/frame.js';

/** Requests to the picture thread; answered in order, each with one array. */
export type PictureRequest =
  /** A JPEG of `pixels`, a view of shared memory that is read before the answer. */
  | { type: 'jpeg'; layout: FrameLayout; quality: number; pixels: Uint8Array }
  /** The class map of a serialised PerceptionFrame, as a serialised foxglove.CompressedImage. */
  | { type: 'mask'; payload: Uint8Array; stampNs: bigint };

/** Empty if there is no such picture. */
export type PictureAnswer = Uint8Array<ArrayBuffer>;
