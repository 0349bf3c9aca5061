import type { RgbImage } from '../../../tools/datasets/sample.js';
import type { Rgb } from '../../world/models/mesh.js';
import { laneBordersPx, type Polyline, pathPx } from './road-lines.js';
import type { SimulatedDrive } from './simulated-drive.js';

const laneColour: Rgb = [60, 220, 120];
const pathColour: Rgb = [255, 90, 60];

/** Draws the borders of the car's lane into the picture and, if there is an answer, the path that it leads to. */
export function drawTruth(
  image: RgbImage,
  drive: SimulatedDrive,
  angleRad: number | undefined,
): void {
  for (const border of laneBordersPx(drive)) drawLine(image, border, laneColour);
  if (angleRad !== undefined) drawLine(image, pathPx(drive, angleRad), pathColour);
}

function drawLine(image: RgbImage, line: Polyline, colour: Rgb): void {
  for (const [at, point] of line.entries())
    if (at > 0) drawSegment(image, line[at - 1]!, point, colour);
}

/** A line whose thickness is a three-hundredth of the picture's width. */
function drawSegment(
  { data, widthPx, heightPx }: RgbImage,
  [fromX, fromY]: [number, number],
  [toX, toY]: [number, number],
  colour: Rgb,
): void {
  const thickPx = Math.max(1, Math.round(widthPx / 300));
  const steps = Math.ceil(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1));
  if (steps > widthPx * 2) return;
  for (let step = 0; step <= steps; step++) {
    const x = Math.round(fromX + ((toX - fromX) * step) / steps);
    const y = Math.round(fromY + ((toY - fromY) * step) / steps);
    for (let shift = 0; shift < thickPx; shift++) {
      const column = x + shift - (thickPx >> 1);
      if (column >= 0 && column < widthPx && y >= 0 && y < heightPx)
        data.set(colour, (y * widthPx + column) * 3);
    }
  }
}
