import type { Point } from '../calibration/lens.js';

export interface ClassMap {
  widthPx: number;
  heightPx: number;
  /** Class ids, row-major. */
  classes: Uint8Array;
  /** Red, green, blue 0..255 by class id. */
  paletteRgb: readonly (readonly [number, number, number])[];
}

/** Share of the class's colour in the blended picture; the rest is the camera's. */
const colourShare = 0.45;

/**
 * Colours a picture by a class map, in place. `picture` is packed rgb8; `inputFromFrame` gives the place in the
 * map, in shares of it, of a pixel of the picture, or undefined where the network did not look.
 */
export function blendMask(
  picture: { widthPx: number; heightPx: number; data: Uint8Array },
  map: ClassMap,
  inputFromFrame: (xPx: number, yPx: number) => Point | undefined,
): void {
  const { widthPx, heightPx, data } = picture;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const point = inputFromFrame(x + 0.5, y + 0.5);
      if (point === undefined) continue;
      const column = Math.floor(point[0] * map.widthPx);
      const row = Math.floor(point[1] * map.heightPx);
      if (column < 0 || row < 0 || column >= map.widthPx || row >= map.heightPx) continue;
      const colour = map.paletteRgb[map.classes[row * map.widthPx + column]!];
      if (!colour) continue;
      const at = (y * widthPx + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] =
          data[at + channel]! * (1 - colourShare) + colour[channel]! * colourShare;
      }
    }
  }
}
