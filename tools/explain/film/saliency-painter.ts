import type { SaliencyMap } from '../../../src/explanation/saliency-map.js';

/** Colour of the most important places, their opacity over the picture, and the share of brightness that the rest keeps. */
const hotRgb = [255, 64, 32] as const;
const mostOpacity = 0.75;
const dimmed = 0.6;

/**
 * Paints maps of one size over frames of one size, at frame rate: the places of each film pixel on the frame and on
 * the map are computed once. A pixel of the film is the mean of four of the frame.
 */
export class SaliencyPainter {
  readonly widthPx: number;
  readonly heightPx: number;
  /** The film's picture, rgb8; overwritten by each `paint`. */
  readonly pixels: Uint8Array;
  readonly #fromPx: Int32Array;
  readonly #mapPlaces: Int32Array;
  readonly #frameRowBytes: number;

  /** `placeOf`: from a pixel of the frame to shares of the map, undefined if the network does not see it. */
  constructor(
    frame: { widthPx: number; heightPx: number },
    map: { rows: number; columns: number },
    widthPx: number,
    placeOf: (xPx: number, yPx: number) => readonly [number, number] | undefined,
  ) {
    // Even sizes, because H.264 halves the resolution of colours.
    this.widthPx = Math.max(2, widthPx - (widthPx % 2));
    const height = Math.round((this.widthPx * frame.heightPx) / frame.widthPx);
    this.heightPx = Math.max(2, height - (height % 2));
    const count = this.widthPx * this.heightPx;
    this.pixels = new Uint8Array(count * 3);
    this.#fromPx = new Int32Array(count);
    this.#mapPlaces = new Int32Array(count);
    this.#frameRowBytes = frame.widthPx * 3;
    for (let y = 0, i = 0; y < this.heightPx; y++)
      for (let x = 0; x < this.widthPx; x++, i++) {
        const [xPx, yPx] = [
          ((x + 0.5) * frame.widthPx) / this.widthPx,
          ((y + 0.5) * frame.heightPx) / this.heightPx,
        ];
        const left = Math.min(frame.widthPx - 2, Math.max(0, Math.round(xPx - 1)));
        const top = Math.min(frame.heightPx - 2, Math.max(0, Math.round(yPx - 1)));
        this.#fromPx[i] = (top * frame.widthPx + left) * 3;
        const place = placeOf(xPx, yPx);
        const isSeen =
          place !== undefined && place[0] >= 0 && place[0] < 1 && place[1] >= 0 && place[1] < 1;
        this.#mapPlaces[i] = isSeen
          ? Math.floor(place[1] * map.rows) * map.columns + Math.floor(place[0] * map.columns)
          : -1;
      }
  }

  /** Paints a map, values 0..1, over a frame's rgb8 pixels; the result is `pixels`. */
  paint(frame: Uint8Array, { values }: SaliencyMap): Uint8Array {
    const { pixels } = this;
    const below = this.#frameRowBytes;
    for (let i = 0, to = 0; to < pixels.length; i++, to += 3) {
      const from = this.#fromPx[i]!;
      const place = this.#mapPlaces[i]!;
      const opacity = place < 0 ? 0 : mostOpacity * values[place]!;
      const light = (dimmed * (1 - opacity)) / 4;
      for (let c = 0; c < 3; c++) {
        const at = from + c;
        const sum = frame[at]! + frame[at + 3]! + frame[at + below]! + frame[at + below + 3]!;
        pixels[to + c] = sum * light + hotRgb[c]! * opacity;
      }
    }
    return pixels;
  }
}
