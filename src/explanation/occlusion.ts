import type { RgbImage } from '../frame/rgb-image.js';
import { normalised, type SaliencyMap } from './saliency-map.js';

/** Left, top, right, bottom, pixels. */
export type CoveredArea = readonly [number, number, number, number];

export interface OcclusionOptions {
  /** Where the patch slides: the area of the picture that the network sees. */
  area: CoveredArea;
  /** Side of the patch, pixels. */
  patchPx: number;
  /** Distance from one place to the next, pixels: usually half of the patch. */
  stepPx: number;
  /** Called and awaited after each run; if it rejects, the search ends with that error. */
  onProgress?: (done: number, total: number) => void | Promise<void>;
}

/**
 * Occlusion (Zeiler & Fergus 2014, "Visualizing and understanding convolutional networks"): a patch of the picture's
 * mean colour slides over it, and each place counts by how much the answer changed while it was covered. `change` returns
 * that for a picture; it is called for one picture at a time and must not keep it.
 */
export async function occlusionMap(
  image: RgbImage,
  change: (covered: RgbImage) => Promise<number>,
  { area, patchPx, stepPx, onProgress }: OcclusionOptions,
): Promise<SaliencyMap> {
  const { widthPx, heightPx } = image;
  const columns = Math.ceil(widthPx / stepPx);
  const rows = Math.ceil(heightPx / stepPx);
  const sum = new Float32Array(columns * rows);
  const count = new Uint16Array(columns * rows);
  const grey = meanColour(image);
  const covered: RgbImage = { widthPx, heightPx, data: Uint8Array.from(image.data) };
  const places = placesIn(area, patchPx, stepPx);
  for (const [index, [left, top]] of places.entries()) {
    const patch: CoveredArea = [left, top, left + patchPx, top + patchPx];
    fill(covered, patch, grey);
    const changed = await change(covered);
    restore(covered, image, patch);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const [x, y] = [(column + 0.5) * stepPx, (row + 0.5) * stepPx];
        if (x < patch[0] || x >= patch[2] || y < patch[1] || y >= patch[3]) continue;
        sum[row * columns + column]! += changed;
        count[row * columns + column]!++;
      }
    await onProgress?.(index + 1, places.length);
  }
  const values = sum.map((total, at) => (count[at] === 0 ? 0 : total / count[at]!));
  return normalised({ columns, rows, values });
}

function placesIn([left, top, right, bottom]: CoveredArea, patchPx: number, stepPx: number) {
  const places: [number, number][] = [];
  for (let y = top - patchPx + stepPx; y < bottom; y += stepPx)
    for (let x = left - patchPx + stepPx; x < right; x += stepPx)
      places.push([Math.round(x), Math.round(y)]);
  return places;
}

function meanColour({ data }: RgbImage): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) sum[i % 3]! += data[i]!;
  const pixels = data.length / 3;
  return [sum[0] / pixels, sum[1] / pixels, sum[2] / pixels];
}

function eachRow(
  { widthPx, heightPx }: RgbImage,
  [left, top, right, bottom]: CoveredArea,
  visit: (fromByte: number, toByte: number) => void,
): void {
  const [fromX, toX] = [Math.max(0, left), Math.min(widthPx, right)];
  if (fromX >= toX) return;
  for (let y = Math.max(0, top); y < Math.min(heightPx, bottom); y++)
    visit((y * widthPx + fromX) * 3, (y * widthPx + toX) * 3);
}

function fill(
  image: RgbImage,
  patch: CoveredArea,
  colour: readonly [number, number, number],
): void {
  eachRow(image, patch, (from, to) => {
    for (let i = from; i < to; i++) image.data[i] = colour[(i - from) % 3]!;
  });
}

function restore(image: RgbImage, original: RgbImage, patch: CoveredArea): void {
  eachRow(image, patch, (from, to) => {
    image.data.set(original.data.subarray(from, to), from);
  });
}
