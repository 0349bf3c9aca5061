/**
 * The part of a network's input or class map that shows the frame, right and bottom exclusive; around it is the padding of
 * a letterbox. In whole pixels of the map, or (`contentNorm`) as shares of the input.
 */
export interface MapContent {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The content of a map without padding. */
export const wholeMap = (widthPx: number, heightPx: number): MapContent => ({
  left: 0,
  top: 0,
  right: widthPx,
  bottom: heightPx,
});

/** Share of the content's pixels for each class, float32 [classes], summing to 1. */
export function contentShares(
  classMap: Uint8Array,
  widthPx: number,
  { left, top, right, bottom }: MapContent,
  classCount: number,
): Float32Array {
  const counts = new Float64Array(classCount);
  for (let row = top; row < bottom; row++)
    for (let i = row * widthPx + left, end = row * widthPx + right; i < end; i++)
      counts[classMap[i]!]!++;
  const pixelCount = (right - left) * (bottom - top);
  return Float32Array.from(counts, (count) => count / pixelCount);
}
