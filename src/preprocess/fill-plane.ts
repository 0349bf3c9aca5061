import type { InputSpec } from '../bundle/input-spec.js';
import type { Point } from '../calibration/lens.js';
import type { FrameLayout } from '../frame/frame.js';
import type { InputGeometry } from './input-geometry.js';
import type { CapturedFromRectified } from './rectifier.js';
import {
  boxSize,
  boxStart,
  edgeSlackPx,
  type SampleGrid,
  type SourcePlane,
  setSample,
} from './sample-grid.js';

/**
 * Sets every entry of a grid: where each pixel of the input is in this plane of the frame, through the lens if there
 * is one, and the size of the box that is averaged there.
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
  const { share } = source;
  grid.boxWidthPx = boxSize(scaleX * share, source.widthPx);
  grid.boxHeightPx = boxSize(scaleY * share, source.heightPx);
  // The plane of a frame of odd size may end before the frame does: its last pixel is then extended.
  const startX = (xPx: number) =>
    boxStart(within(xPx, frame.widthPx, source.widthPx, share), grid.boxWidthPx, source.widthPx);
  const startY = (yPx: number) =>
    boxStart(
      within(yPx, frame.heightPx, source.heightPx, share),
      grid.boxHeightPx,
      source.heightPx,
    );
  const { contentTopPx, contentBottomPx, contentLeftPx, contentRightPx } = geometry;
  // Without a lens a column is at the same place in every row.
  const columnStarts = new Int32Array(spec.widthPx).fill(-1);
  for (let column = 0; column < spec.widthPx; column++) {
    const x = column + 0.5;
    if (!isContent(x, contentLeftPx, contentRightPx)) continue;
    const xPx = geometry.offsetXPx + x * geometry.scaleX;
    columnStarts[column] = startX(xPx);
  }
  for (let row = 0, index = 0; row < spec.heightPx; row++) {
    const y = row + 0.5;
    const yPx = geometry.offsetYPx + y * geometry.scaleY;
    const isInRegion = isContent(y, contentTopPx, contentBottomPx);
    const rowStart = isInRegion ? startY(yPx) : -1;
    for (let column = 0; column < spec.widthPx; column++, index++) {
      if (capturedFromRectified === undefined) {
        setSample(grid, index, source, columnStarts[column]!, rowStart);
        continue;
      }
      const x = column + 0.5;
      const point =
        isInRegion && isContent(x, contentLeftPx, contentRightPx)
          ? capturedFromRectified(geometry.offsetXPx + x * geometry.scaleX, yPx)
          : undefined;
      const left = point === undefined ? -1 : startX(point[0]);
      const top = point === undefined ? -1 : startY(point[1]);
      setSample(grid, index, source, left, top);
    }
  }
}

/** Converts a coordinate of the frame to pixels of the plane; one outside the frame stays outside. */
function within(framePx: number, frameEdgePx: number, planeEdgePx: number, share: number): number {
  const isInFrame = framePx <= frameEdgePx + edgeSlackPx;
  return isInFrame ? Math.min(framePx * share, planeEdgePx) : Number.POSITIVE_INFINITY;
}

/** Whether the centre of an input pixel is in the part that shows the region. */
const isContent = (centre: number, from: number, to: number) =>
  centre >= from - edgeSlackPx && centre <= to + edgeSlackPx;

/** Captured pixels per input pixel along x and y, at the input's centre. */
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
