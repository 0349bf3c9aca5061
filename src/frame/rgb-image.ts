/** A decoded picture: packed rgb8, row-major. */
export interface RgbImage {
  widthPx: number;
  heightPx: number;
  /** widthPx * heightPx * 3 bytes. */
  data: Uint8Array;
}
