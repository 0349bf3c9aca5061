import type { InputSpec } from '../bundle/input-spec.js';
import type { CameraModel } from '../calibration/camera-model.js';
import { type FrameLayout, frameBytes, rowBytes } from '../frame/frame.js';
import { PerceptionError } from '../frame/perception-error.js';
import { rgbFromVideoYuv, writeColourRow } from './colour-rows.js';
import { fillPlane } from './fill-plane.js';
import { type InputGeometry, placeInput } from './input-geometry.js';
import { type CapturedFromRectified, checkCameraSize, rectifier } from './rectifier.js';
import { createSampleGrid, type SampledPlane, type SourcePlane } from './sample-grid.js';
import { samplePlane } from './sample-plane.js';
import { type RgbTarget, sampleRgb } from './sample-rgb.js';

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
  readonly planes: readonly SampledPlane[];
  /** How sampled colours become values of the tensor; aimed anew at each row. */
  readonly target: RgbTarget;
  /** One row of red, green and blue, for colours that are converted before they are written. */
  readonly scratch: Float32Array;
  readonly scratchTarget: RgbTarget;
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
  const scratch = new Float32Array(3 * spec.widthPx);
  return {
    spec,
    frame,
    planes: sourcePlanes(frame).map((source) => ({ source, grid: createSampleGrid(count) })),
    target: createTarget(spec, scratch),
    scratch,
    scratchTarget: {
      out: scratch,
      starts: [0, spec.widthPx, 2 * spec.widthPx],
      scale: [1, 1, 1],
      bias: [0, 0, 0],
    },
  };
}

/** (v - mean) * scale by source channel: blue stands first in a bgr spec's means, last among the channels. */
function createTarget(spec: InputSpec, out: Float32Array): RgbTarget {
  const order = spec.colour === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  const [first, second, third] = order.map((place) => ({
    scale: spec.scale[place]!,
    bias: -spec.mean[place]! * spec.scale[place]!,
  }));
  return {
    out,
    starts: [0, 0, 0],
    scale: [first!.scale, second!.scale, third!.scale],
    bias: [first!.bias, second!.bias, third!.bias],
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

/** Sets every pixel of the table anew. */
export function fillTable(
  table: RemapTable,
  geometry: InputGeometry,
  capturedFromRectified: CapturedFromRectified | undefined,
): void {
  const { spec, frame } = table;
  for (const { source, grid } of table.planes) {
    fillPlane(grid, source, spec, frame, geometry, capturedFromRectified);
  }
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
  const { spec, frame, planes, target, scratch, scratchTarget } = table;
  const { widthPx, heightPx, padValue, colour, layout } = spec;
  const needed = 3 * widthPx * heightPx;
  if (pixels.length < frameBytes(frame) || out.length < outStart + needed) {
    throw new PerceptionError(
      'ERR_FRAME_SIZE',
      `expected ${frameBytes(frame)} bytes of pixels and room for ${needed} values, found ${pixels.length} bytes and ${out.length - outStart} values`,
    );
  }
  const [first, chroma] = planes as [SampledPlane, SampledPlane?];
  const { source, grid } = first;
  target.out = out;
  if (chroma === undefined && colour !== 'yuv' && layout === 'nchw') {
    // Nothing is to be converted, and the rows of a plane follow each other: the whole picture is one run.
    aimAtRow(target, spec, outStart, 0);
    sampleRgb(pixels, source.strideBytes, grid, 0, widthPx * heightPx, padValue, target);
    return;
  }
  for (let row = 0; row < heightPx; row++) {
    const start = row * widthPx;
    if (chroma === undefined) {
      sampleRgb(pixels, source.strideBytes, grid, start, widthPx, padValue, scratchTarget);
    } else {
      samplePlane(pixels, first, 0, start, widthPx, padValue, scratch, 0);
      for (let byte = 0; byte < 2; byte++) {
        const at = (1 + byte) * widthPx;
        samplePlane(pixels, chroma, byte, start, widthPx, padValue, scratch, at);
      }
      rgbFromVideoYuv(scratch, widthPx, grid.offsets, start);
    }
    aimAtRow(target, spec, outStart, row);
    writeColourRow(scratch, widthPx, colour === 'yuv', target, layout === 'nchw' ? 1 : 3);
  }
}

/** Points the target at one row of the tensor. */
function aimAtRow(target: RgbTarget, spec: InputSpec, outStart: number, row: number): void {
  const { widthPx, heightPx, layout, colour } = spec;
  const isPlanar = layout === 'nchw';
  const channelStep = isPlanar ? widthPx * heightPx : 1;
  const start = outStart + row * widthPx * (isPlanar ? 1 : 3);
  for (let channel = 0; channel < 3; channel++) {
    const place = colour === 'bgr' ? 2 - channel : channel;
    target.starts[channel] = start + place * channelStep;
  }
}
