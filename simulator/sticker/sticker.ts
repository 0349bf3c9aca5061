import type { RgbImage } from '../../tools/datasets/sample.js';
import type { Random } from '../../tools/train/random.js';
import { makeTexture, packRgba, type Texture } from '../rendering/raster/texture.js';

/** A square of coloured cells to stick on a sign. */
export interface Sticker {
  /** Cells along an edge. */
  side: number;
  /** Red, green and blue of each cell, 0..1, row-major from the top-left as one reads the sign. */
  values: Float32Array;
}

/** Its place on a sign's face, as shares of the face's width and height. */
export interface StickerPlace {
  left: number;
  top: number;
  size: number;
}

/** Range that a printer can print: paper is not quite white, and ink not quite black. */
export const printable = [0.05, 0.95] as const;

export const plainSticker = (value: number): Sticker => ({
  side: 1,
  values: new Float32Array(3).fill(value),
});

export function stickerByChance(side: number, random: Random): Sticker {
  const [low, high] = printable;
  const values = Float32Array.from({ length: side * side * 3 }, () => random.between(low, high));
  return { side, values };
}

/** The face with a sticker on it, or with a grey ramp along an axis at the sticker's place. */
export function faceWith(
  face: Texture,
  place: StickerPlace,
  looks: Sticker | 'along x' | 'along y',
): Texture {
  const { widthPx, heightPx, texels } = face.levels[0]!;
  const out = Uint32Array.from(texels);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const u = ((x + 0.5) / widthPx - place.left) / place.size;
      const v = ((y + 0.5) / heightPx - place.top) / place.size;
      if (u < 0 || v < 0 || u >= 1 || v >= 1) continue;
      const [r, g, b] =
        looks === 'along x' ? [u, u, u] : looks === 'along y' ? [v, v, v] : colourAt(looks, u, v);
      out[y * widthPx + x] = packRgba(r * 255, g * 255, b * 255, texels[y * widthPx + x]! >>> 24);
    }
  return makeTexture(out, widthPx, heightPx);
}

function colourAt({ side, values }: Sticker, u: number, v: number): [number, number, number] {
  const cell = (Math.floor(v * side) * side + Math.floor(u * side)) * 3;
  return [values[cell]!, values[cell + 1]!, values[cell + 2]!];
}

/** The sticker for printing, `pixels` along an edge. */
export function stickerPicture(sticker: Sticker, pixels: number): RgbImage {
  const data = new Uint8Array(pixels * pixels * 3);
  for (let y = 0; y < pixels; y++)
    for (let x = 0; x < pixels; x++) {
      const colour = colourAt(sticker, (x + 0.5) / pixels, (y + 0.5) / pixels);
      data.set(
        colour.map((value) => Math.round(value * 255)),
        (y * pixels + x) * 3,
      );
    }
  return { widthPx: pixels, heightPx: pixels, data };
}
