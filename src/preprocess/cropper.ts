import type { InputSpec } from '../bundle/input-spec.js';
import type { FrameLayout } from '../frame/frame.js';
import { placeInput } from './input-geometry.js';
import type { Box } from './input-mapping.js';
import {
  createRemapTable,
  fillTable,
  type KernelChoice,
  type KernelRequest,
  preprocessInto,
} from './remap-table.js';

export interface Cropper {
  /** What computes the pixels; a crop that averages over large boxes falls back to TypeScript. */
  readonly kernel: KernelChoice['name'];
  /**
   * Cuts a box, grown by `marginNorm` of its size on every side, from a full-resolution frame and writes it as item
   * `batchIndex` of a batch of inputs: resized (averaging where the crop is large), converted and normalised as the
   * spec says. Parts outside the frame become padding. Lens distortion is not undone: a crop is small.
   * Nothing is allocated. Throws ERR_FRAME_SIZE when a buffer is too short.
   */
  cropInto(
    pixels: Uint8Array,
    boxXyxyPx: Readonly<Box>,
    marginNorm: number,
    out: Float32Array,
    batchIndex: number,
  ): void;
}

/** Prepares cutting inputs of one network out of frames of one layout. Throws ERR_FRAME_SIZE for an impossible layout. */
export function createCropper(
  spec: InputSpec,
  frame: FrameLayout,
  request?: KernelRequest,
): Cropper {
  const table = createRemapTable(spec, frame, request);
  const itemLength = 3 * spec.widthPx * spec.heightPx;
  return {
    kernel: table.kernel.name,
    cropInto(pixels, [left, top, right, bottom], marginNorm, out, batchIndex) {
      const growX = (right - left) * marginNorm;
      const growY = (bottom - top) * marginNorm;
      const widthPx = right - left + 2 * growX;
      const heightPx = bottom - top + 2 * growY;
      fillTable(table, placeInput(spec, left - growX, top - growY, widthPx, heightPx), undefined);
      preprocessInto(table, pixels, out, batchIndex * itemLength);
    },
  };
}
