import type { Sheet } from './sheet.js';

/** Draws the lane's borders as the simulator knows them, dashed like all ground truth. */
export function drawLaneBorders(
  { context, unitPx }: Sheet,
  bordersPx: readonly (readonly (readonly [number, number])[])[],
): void {
  context.save();
  context.strokeStyle = '#3cdc78';
  context.lineWidth = 2.5 * unitPx;
  context.setLineDash([10 * unitPx, 6 * unitPx]);
  for (const border of bordersPx) {
    context.beginPath();
    for (const [x, y] of border) context.lineTo(x, y);
    context.stroke();
  }
  context.restore();
}
