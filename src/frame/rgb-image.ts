/** A decoded picture: packed rgb8, row-major. */
export interface RgbImage {
  widthPx: number;
  heightPx: number;
  /** widthPx * heightPx * 3 bytes. */
  data: Uint8Array;
}

/** Pictures of more pixels are refused before memory is allocated: a false size must not bring down the machine. */
export const maxPixels = 8192 * 8192;
