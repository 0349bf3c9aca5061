import type { InputSpec } from '../bundle/input-spec.js';
import type { Point } from '../calibration/lens.js';
import type { FrameLayout } from '../frame/frame.js';
import type { InputGeometry } from './input-geometry.js';
import type { CapturedFromRectified } from './rectifier.js';
import { boxSize, boxStart, type SampleGrid, type SourcePlane, setSample } from './sample-grid.js';

/**
 * Sets every entry of a grid: where in this plane of the frame each pixel of the input lies, through the lens where
 * there is one, and how large a box is averaged there.
 */
export function fillPlane(
  grid: SampleGrid,
  source: SourcePlane,
  spec: InputSpec,
  frame: Pick<FrameLayout, 'widthPx' | 'heightPx'>,
  geometry: InputGeometry,
  capturedFromRectified: CapturedFromRectified | undefined,
): void {
  const [scaleX, scaleY] = sourceScale(spec, geometry, capturedFromRectified);
  // Chroma planes are smaller than the frame, over the same extent.
  const shareX = source.widthPx / frame.widthPx;
  const shareY = source.heightPx / frame.heightPx;
  grid.boxWidthPx = boxSize(scaleX * shareX, source.widthPx);
  grid.boxHeightPx = boxSize(scaleY * shareY, source.heightPx);
  const { contentTopPx, contentBottomPx, contentLeftPx, contentRightPx } = geometry;
  // Without a lens a column lies at the same place in every row.
  const columnStarts = new Int32Array(spec.widthPx).fill(-1);
  for (let column = 0; column < spec.widthPx; column++) {
    const x = column + 0.5;
    if (x < contentLeftPx || x > contentRightPx) continue;
    const xPx = geometry.offsetXPx + x * geometry.scaleX;
    columnStarts[column] = boxStart(xPx * shareX, grid.boxWidthPx, source.widthPx);
  }
  for (let row = 0, index = 0; row < spec.heightPx; row++) {
    const y = row + 0.5;
    const yPx = geometry.offsetYPx + y * geometry.scaleY;
    const isContent = y >= contentTopPx && y <= contentBottomPx;
    const rowStart = isContent ? boxStart(yPx * shareY, grid.boxHeightPx, source.heightPx) : -1;
    for (let column = 0; column < spec.widthPx; column++, index++) {
      if (capturedFromRectified === undefined) {
        setSample(grid, index, source, columnStarts[column]!, rowStart);
        continue;
      }
      const x = column + 0.5;
      const point =
        isContent && x >= contentLeftPx && x <= contentRightPx
          ? capturedFromRectified(geometry.offsetXPx + x * geometry.scaleX, yPx)
          : undefined;
      const startX =
        point === undefined ? -1 : boxStart(point[0] * shareX, grid.boxWidthPx, source.widthPx);
      const startY =
        point === undefined ? -1 : boxStart(point[1] * shareY, grid.boxHeightPx, source.heightPx);
      setSample(grid, index, source, startX, startY);
    }
  }
}

/** Captured pixels for one input pixel, along x and y, at the input's centre. */
function sourceScale(
  spec: InputSpec,
  geometry: InputGeometry,
  capturedFromRectified: CapturedFromRectified | undefined,
): Point {
  const { scaleX, scaleY } = geometry;
  if (capturedFromRectified === undefined) return [scaleX, scaleY];
  const x = geometry.offsetXPx + (spec.widthPx / 2) * scaleX;
  const y = geometry.offsetYPx + (spec.heightPx / 2) * scaleY;
  const centre = capturedFromRectified(x, y);
  const right = capturedFromRectified(x + scaleX, y);
  const below = capturedFromRectified(x, y + scaleY);
  if (centre === undefined || right === undefined || below === undefined) return [scaleX, scaleY];
  return [
    Math.hypot(right[0] - centre[0], right[1] - centre[1]),
    Math.hypot(below[0] - centre[0], below[1] - centre[1]),
  ];
}
