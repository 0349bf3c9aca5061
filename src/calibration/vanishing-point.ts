import type { EdgeLine } from './lane-lines.js';

/** Where straight lanes meet, on the ray plane (X/Z, Y/Z), and the lines that meet there. */
export interface VanishingPoint {
  x: number;
  y: number;
  lines: readonly EdgeLine[];
}

/** Largest distance, on the ray plane, of a line that still passes through the point. */
const near = 0.012;
/** Limits for cameras that look ahead: 24 degrees up or down, 22 to the sides. */
const [reachX, reachY] = [0.4, 0.45];

/**
 * The crossing of two lines that lines with the most edge pixels pass through, refined by least squares over those lines.
 * Undefined unless at least three lines agree, from both the left and the right side.
 */
export function vanishingPointOf(lines: readonly EdgeLine[]): VanishingPoint | undefined {
  let best: { lines: EdgeLine[]; weight: number } | undefined;
  for (const [i, a] of lines.entries())
    for (const b of lines.slice(i + 1)) {
      const at = crossing([a, b]);
      if (at === undefined || Math.abs(at.x) > reachX || Math.abs(at.y) > reachY) continue;
      const through = lines.filter((line) => distance(line, at) < near);
      const weight = through.reduce((sum, line) => sum + line.weight, 0);
      if (through.length < 3 || !isOnBothSides(through)) continue;
      if (best === undefined || weight > best.weight) best = { lines: through, weight };
    }
  const at = best && crossing(best.lines);
  return at && { ...at, lines: best!.lines };
}

const distance = ({ nx, ny, offset }: EdgeLine, at: { x: number; y: number }) =>
  Math.abs(nx * at.x + ny * at.y - offset);

/** Lanes left of the camera lean one way, lanes right of it the other. */
const isOnBothSides = (lines: readonly EdgeLine[]) =>
  lines.some(({ nx, ny }) => nx * ny > 0) && lines.some(({ nx, ny }) => nx * ny < 0);

/** The point nearest to all lines, weighted. */
function crossing(lines: readonly EdgeLine[]): { x: number; y: number } | undefined {
  let [a, b, c, p, q] = [0, 0, 0, 0, 0];
  for (const { nx, ny, offset, weight } of lines) {
    a += weight * nx * nx;
    b += weight * nx * ny;
    c += weight * ny * ny;
    p += weight * nx * offset;
    q += weight * ny * offset;
  }
  const determinant = a * c - b * b;
  if (!(determinant > 1e-3 * (a + c) ** 2)) return undefined;
  return { x: (c * p - b * q) / determinant, y: (a * q - b * p) / determinant };
}
