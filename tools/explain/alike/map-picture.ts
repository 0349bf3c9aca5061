import { resizeImage } from '../../../src/codec/image-codec.js';
import type { RgbImage } from '../../datasets/sample.js';
import type { CodedPicture } from './coded-pictures.js';

const backgroundLevel = 250;
const edgePx = 2;
const wrongRgb = [230, 0, 40] as const;
/** The golden angle gives neighbours in a list very different colours. */
const hueStep = 137.508;

export interface MapPictureOptions {
  sidePx: number;
  /** Side of a picture on the map. */
  thumbPx: number;
}

/** The colour of each class, by its name. */
export function classColours(
  names: readonly string[],
): Map<string, readonly [number, number, number]> {
  return new Map(names.map((name, i) => [name, colourOfHue((i * hueStep) % 360)]));
}

/**
 * Pictures at their places, each framed in its class's colour; pictures that the network answers wrongly lie on top,
 * in a thick red frame.
 */
export async function mapPicture(
  pictures: readonly CodedPicture[],
  places: Float64Array,
  { sidePx, thumbPx }: MapPictureOptions,
): Promise<RgbImage> {
  const names = [...new Set(pictures.map(({ label }) => label))].sort();
  const colours = classColours(names);
  const data = new Uint8Array(sidePx * sidePx * 3).fill(backgroundLevel);
  const map = { widthPx: sidePx, heightPx: sidePx, data };
  const [x, y] = [scaled(places, 0, sidePx, thumbPx), scaled(places, 1, sidePx, thumbPx)];
  const isWrong = ({ label, answer }: CodedPicture) => label !== answer;
  const order = [...pictures.keys()].sort(
    (a, b) => Number(isWrong(pictures[a]!)) - Number(isWrong(pictures[b]!)),
  );
  for (const i of order) {
    const picture = pictures[i]!;
    const thumb = await resizeImage(picture.picture, thumbPx, thumbPx);
    const [left, top] = [x(places[2 * i]!), y(places[2 * i + 1]!)];
    const thickPx = isWrong(picture) ? edgePx * 2 : edgePx;
    const rgb = isWrong(picture) ? wrongRgb : colours.get(picture.label)!;
    for (let row = -thickPx; row < thumbPx + thickPx; row++)
      for (let column = -thickPx; column < thumbPx + thickPx; column++) {
        const to = ((top + row) * map.widthPx + left + column) * 3;
        const isInside = row >= 0 && column >= 0 && row < thumbPx && column < thumbPx;
        const from = (row * thumbPx + column) * 3;
        for (let c = 0; c < 3; c++) data[to + c] = isInside ? thumb.data[from + c]! : rgb[c]!;
      }
  }
  return map;
}

function scaled(places: Float64Array, axis: 0 | 1, sidePx: number, thumbPx: number) {
  let [least, most] = [Infinity, -Infinity];
  for (let at = axis; at < places.length; at += 2) {
    least = Math.min(least, places[at]!);
    most = Math.max(most, places[at]!);
  }
  const marginPx = 2 * edgePx + 1;
  const room = sidePx - thumbPx - 2 * marginPx;
  return (place: number) => Math.round(marginPx + ((place - least) / (most - least || 1)) * room);
}

/** Full saturation, medium lightness. */
function colourOfHue(hue: number): readonly [number, number, number] {
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (0.45 - 0.4 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
