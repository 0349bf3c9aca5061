import type { InputSpec } from '../bundle/input-spec.js';
import type { CameraModel } from '../calibration/camera-model.js';
import { distort, type Point, radiusLimit } from '../calibration/lens.js';
import { type FrameLayout, frameBytes, rowBytes } from '../frame/frame.js';
import { PerceptionError } from '../frame/perception-error.js';
import { type InputGeometry, placeInput } from './input-geometry.js';
import {
  boxSize,
  createSampleGrid,
  type SampleGrid,
  type SourcePlane,
  setSample,
} from './sample-grid.js';
import { sampleRow } from './sample-row.js';
import { type ColourRows, rgbFromVideoYuv, writeRow } from './write-row.js';

/** Smallest frame that is sampled: its chroma still has two pixels a side to interpolate between. */
const smallestFramePx = 4;

/**
 * Everything that turns frames of one layout into one network's input: undistort, cut, resize, convert, normalise,
 * lay out, in one pass. Holds the scratch rows too, so one table serves one thread.
 */
export interface RemapTable {
  readonly spec: InputSpec;
  readonly frame: FrameLayout;
  /** rgb8: the picture. nv12: luma, then chroma. */
  readonly planes: readonly { source: SourcePlane; grid: SampleGrid }[];
  readonly rows: ColourRows;
}

/** A table with room for the spec's pixels and none of them set: all padding. Throws ERR_FRAME_SIZE for a layout that cannot be. */
export function createRemapTable(spec: InputSpec, frame: FrameLayout): RemapTable {
  const { widthPx, heightPx, strideBytes, format } = frame;
  const isPossible =
    widthPx >= smallestFramePx &&
    heightPx >= smallestFramePx &&
    strideBytes >= rowBytes(format, widthPx);
  if (!isPossible) {
    throw new PerceptionError(
      'ERR_FRAME_SIZE',
      `expected a frame of at least ${smallestFramePx}x${smallestFramePx} with whole rows, found ${format} ${widthPx}x${heightPx} with ${strideBytes} bytes a row`,
    );
  }
  const count = spec.widthPx * spec.heightPx;
  const row = () => new Float32Array(spec.widthPx);
  return {
    spec,
    frame,
    planes: sourcePlanes(frame).map((source) => ({ source, grid: createSampleGrid(count) })),
    rows: [row(), row(), row()],
  };
}

function sourcePlanes(frame: FrameLayout): SourcePlane[] {
  const { format, widthPx, heightPx, strideBytes } = frame;
  if (format === 'rgb8') {
    return [{ widthPx, heightPx, strideBytes, pixelBytes: 3, startByte: 0 }];
  }
  return [
    { widthPx, heightPx, strideBytes, pixelBytes: 1, startByte: 0 },
    {
      widthPx: widthPx >> 1,
      heightPx: (heightPx + 1) >> 1,
      strideBytes,
      pixelBytes: 2,
      startByte: strideBytes * heightPx,
    },
  ];
}

/**
 * Builds the table for frames of this layout. With a camera model the picture is rectified into the ideal pinhole
 * of the same intrinsics first (in the same pass); without one it is taken as it is.
 * Throws ERR_CALIBRATION when the camera was calibrated for another frame size (see scaleCamera) and
 * ERR_FRAME_SIZE for a layout that cannot be.
 */
export function buildRemapTable(
  spec: InputSpec,
  frame: FrameLayout,
  camera?: CameraModel,
): RemapTable {
  checkCameraSize(frame, camera);
  const table = createRemapTable(spec, frame);
  const geometry = placeInput(spec, 0, 0, frame.widthPx, frame.heightPx);
  fillTable(table, geometry, camera === undefined ? undefined : rectifier(camera));
  return table;
}

/** Throws ERR_CALIBRATION when the camera model is of another size than the frame. */
export function checkCameraSize(
  frame: Pick<FrameLayout, 'widthPx' | 'heightPx'>,
  camera: CameraModel | undefined,
): void {
  if (camera === undefined) return;
  if (camera.widthPx === frame.widthPx && camera.heightPx === frame.heightPx) return;
  throw new PerceptionError(
    'ERR_CALIBRATION',
    `expected a calibration for ${frame.widthPx}x${frame.heightPx}, found one for ${camera.widthPx}x${camera.heightPx}`,
  );
}

/** From a point of the rectified picture to the captured one, both from the top-left corner, pixels; undefined outside the lens. */
export type CapturedFromRectified = (xPx: number, yPx: number) => Point | undefined;

/** The mapping that rectification inverts. */
export function rectifier(camera: CameraModel): CapturedFromRectified {
  const limit = radiusLimit(camera);
  return (xPx, yPx) => {
    const xNorm = (xPx - 0.5 - camera.cxPx) / camera.fxPx;
    const yNorm = (yPx - 0.5 - camera.cyPx) / camera.fyPx;
    if (Math.hypot(xNorm, yNorm) > limit) return undefined;
    const point = distort(camera, xNorm, yNorm);
    point[0] += 0.5;
    point[1] += 0.5;
    return point;
  };
}

/** Sets every pixel of the table anew. */
export function fillTable(
  table: RemapTable,
  geometry: InputGeometry,
  capturedFromRectified: CapturedFromRectified | undefined,
): void {
  const { spec, frame } = table;
  const [scaleX, scaleY] = sourceScale(spec, geometry, capturedFromRectified);
  for (const { source, grid } of table.planes) {
    const shareX = source.widthPx / frame.widthPx;
    const shareY = source.heightPx / frame.heightPx;
    grid.boxWidthPx = boxSize(scaleX * shareX, source.widthPx);
    grid.boxHeightPx = boxSize(scaleY * shareY, source.heightPx);
    for (let row = 0, index = 0; row < spec.heightPx; row++) {
      for (let column = 0; column < spec.widthPx; column++, index++) {
        const x = column + 0.5;
        const y = row + 0.5;
        const isContent =
          x >= geometry.contentLeftPx &&
          x <= geometry.contentRightPx &&
          y >= geometry.contentTopPx &&
          y <= geometry.contentBottomPx;
        const xPx = geometry.offsetXPx + x * geometry.scaleX;
        const yPx = geometry.offsetYPx + y * geometry.scaleY;
        if (!isContent) {
          grid.offsets[index] = -1;
        } else if (capturedFromRectified === undefined) {
          setSample(grid, index, source, xPx * shareX, yPx * shareY);
        } else {
          const point = capturedFromRectified(xPx, yPx);
          if (point === undefined) grid.offsets[index] = -1;
          else setSample(grid, index, source, point[0] * shareX, point[1] * shareY);
        }
      }
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

/**
 * Turns one frame into the network's input: writes 3 * width * height float32 to `out` from `outStart` on, in the
 * spec's layout. `pixels` holds the frame in the table's layout and is only read. Nothing is allocated.
 * Throws ERR_FRAME_SIZE when either buffer is too short.
 */
export function preprocessInto(
  table: RemapTable,
  pixels: Uint8Array,
  out: Float32Array,
  outStart = 0,
): void {
  const { spec, frame, planes, rows } = table;
  const needed = 3 * spec.widthPx * spec.heightPx;
  if (pixels.length < frameBytes(frame) || out.length < outStart + needed) {
    throw new PerceptionError(
      'ERR_FRAME_SIZE',
      `expected ${frameBytes(frame)} bytes of pixels and room for ${needed} values, found ${pixels.length} bytes and ${out.length - outStart} values`,
    );
  }
  const [luma, chroma] = planes;
  const { widthPx, heightPx, padValue } = spec;
  for (let row = 0; row < heightPx; row++) {
    const start = row * widthPx;
    for (let channel = 0; channel < 3; channel++) {
      const isChroma = chroma !== undefined && channel > 0;
      const { grid, source } = isChroma ? chroma : luma!;
      const byte = isChroma ? channel - 1 : chroma === undefined ? channel : 0;
      sampleRow(pixels, grid, source, byte, start, widthPx, padValue, rows[channel]!);
    }
    if (chroma !== undefined) rgbFromVideoYuv(rows, luma!.grid.offsets, start);
    writeRow(rows, spec, row, out, outStart);
  }
}
