/** Pixel formats that travel through the pipeline. `rgb8` is interleaved; `nv12` is a Y plane, then interleaved UV. */
export type PixelFormat = 'rgb8' | 'nv12';

/** How the pixels of a frame lie in memory. Never inferred from the width. */
export interface FrameLayout {
  format: PixelFormat;
  widthPx: number;
  heightPx: number;
  /** Bytes from one row to the next; at least the row's own bytes. */
  strideBytes: number;
}

/** Bytes in one row of the format, without padding. */
export function rowBytes(format: PixelFormat, widthPx: number): number {
  return format === 'rgb8' ? widthPx * 3 : widthPx;
}

/** Bytes that a frame of this layout occupies; an NV12 frame has half as many chroma rows as luma rows. */
export function frameBytes(layout: FrameLayout): number {
  const { format, heightPx, strideBytes } = layout;
  return format === 'rgb8'
    ? strideBytes * heightPx
    : strideBytes * (heightPx + ((heightPx + 1) >> 1));
}

/** An rgb8 layout without row padding. */
export function packedRgbLayout(widthPx: number, heightPx: number): FrameLayout {
  return { format: 'rgb8', widthPx, heightPx, strideBytes: widthPx * 3 };
}
