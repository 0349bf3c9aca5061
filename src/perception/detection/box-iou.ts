/**
 * Intersection over union of two boxes given as left, top, right, bottom at a[ai..ai+3] and b[bi..bi+3], 0..1.
 * Boxes without area have 0 with everything.
 */
export function boxIouAt(
  a: ArrayLike<number>,
  ai: number,
  b: ArrayLike<number>,
  bi: number,
): number {
  const width = Math.min(a[ai + 2]!, b[bi + 2]!) - Math.max(a[ai]!, b[bi]!);
  const height = Math.min(a[ai + 3]!, b[bi + 3]!) - Math.max(a[ai + 1]!, b[bi + 1]!);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  const areaA = (a[ai + 2]! - a[ai]!) * (a[ai + 3]! - a[ai + 1]!);
  const areaB = (b[bi + 2]! - b[bi]!) * (b[bi + 3]! - b[bi + 1]!);
  return shared / (areaA + areaB - shared);
}
