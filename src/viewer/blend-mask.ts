export interface ClassMap {
  /** Class ids, row-major. */
  classes: Uint8Array;
  /** Red, green, blue 0..255 by class id. */
  paletteRgb: readonly (readonly [number, number, number])[];
}

/** Share of the class's colour in the blended picture; the rest is the camera's. */
const colourShare = 0.45;

/**
 * Colours a picture by a class map, in place. `picture` is packed rgb8; `places` has for each of its pixels the index of
 * the map pixel that shows it, or -1 outside the network's view (MapLookUp).
 */
export function blendMask(
  picture: { widthPx: number; heightPx: number; data: Uint8Array },
  { classes, paletteRgb }: ClassMap,
  places: Int32Array,
): void {
  const { data } = picture;
  for (let pixel = 0; pixel < places.length; pixel++) {
    const place = places[pixel]!;
    const colour = place < 0 ? undefined : paletteRgb[classes[place]!];
    if (colour === undefined) continue;
    const at = pixel * 3;
    for (let channel = 0; channel < 3; channel++)
      data[at + channel] = data[at + channel]! * (1 - colourShare) + colour[channel]! * colourShare;
  }
}
