/** Share of a crop that is margin on each side, if the sign's box was enlarged by a tenth on every side. */
export const cropMarginShare = 0.1 / 1.2;
const half = 0.5 - cropMarginShare;

type Outline = 'circle' | 'triangle' | 'yield' | 'octagon' | 'diamond';

/** Outline of a GTSRB sign; round if not listed here. */
function outlineOf(classId: number): Outline {
  if (classId === 11 || (classId >= 18 && classId <= 31)) return 'triangle';
  if (classId === 12) return 'diamond';
  if (classId === 13) return 'yield';
  return classId === 14 ? 'octagon' : 'circle';
}

/** How far inside a sign's outline a point of its crop lies, in shares of the crop; negative outside. */
function depthInside(outline: Outline, x: number, y: number): number {
  const dx = Math.abs(x - 0.5);
  const dy = Math.abs(y - 0.5);
  switch (outline) {
    case 'circle':
      return half - Math.hypot(dx, dy);
    case 'diamond':
      return (half - dx - dy) / Math.SQRT2;
    case 'octagon':
      return Math.min(half - dx, half - dy, (half * Math.SQRT2 - dx - dy) / Math.SQRT2);
    case 'yield':
      return depthInside('triangle', x, 1 - y);
    case 'triangle': {
      // Straight below, and the two slopes: half as wide as high.
      const below = half - (y - 0.5);
      const slope = (y - 0.5 + half - 2 * dx) / Math.sqrt(5);
      return Math.min(below, slope);
    }
  }
}

/**
 * Opacity of a sign at a point of its crop (shares from the top-left corner), 0..1: its shape with a soft edge of
 * `feather`, a share of the crop.
 */
export function signOpacity(classId: number, x: number, y: number, feather: number): number {
  const depth = depthInside(outlineOf(classId), x, y);
  return Math.min(1, Math.max(0, 0.5 + depth / feather));
}
