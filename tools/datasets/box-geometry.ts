/** Left, top, right, bottom. */
export type BoxXyxy = [number, number, number, number];

/** Area; 0 for a box without width or height. */
export function boxArea([left, top, right, bottom]: Readonly<BoxXyxy>): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** Area that two boxes share. */
export function intersectionArea(a: Readonly<BoxXyxy>, b: Readonly<BoxXyxy>): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0..1; 0 if both are empty. */
export function boxIou(a: Readonly<BoxXyxy>, b: Readonly<BoxXyxy>): number {
  const shared = intersectionArea(a, b);
  return shared === 0 ? 0 : shared / (boxArea(a) + boxArea(b) - shared);
}

/** Share of the smaller box that is inside the other, 0..1. */
export function overlapOfSmaller(a: Readonly<BoxXyxy>, b: Readonly<BoxXyxy>): number {
  const shared = intersectionArea(a, b);
  return shared === 0 ? 0 : shared / Math.min(boxArea(a), boxArea(b));
}

/** The smallest box that contains both. */
export function boxUnion(a: Readonly<BoxXyxy>, b: Readonly<BoxXyxy>): BoxXyxy {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** The part of a box that is inside a picture, or undefined if less than one pixel of width or height is left. */
export function clipBox(
  box: Readonly<BoxXyxy>,
  widthPx: number,
  heightPx: number,
): BoxXyxy | undefined {
  const clipped: BoxXyxy = [
    Math.max(0, Math.min(box[0], widthPx)),
    Math.max(0, Math.min(box[1], heightPx)),
    Math.max(0, Math.min(box[2], widthPx)),
    Math.max(0, Math.min(box[3], heightPx)),
  ];
  return clipped[2] - clipped[0] >= 1 && clipped[3] - clipped[1] >= 1 ? clipped : undefined;
}
