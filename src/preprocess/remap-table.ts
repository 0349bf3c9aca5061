import type { InputSpec } from '../bundle/input-spec.js';
import type { CameraModel } from '../calibration/camera-model.js';
import { type FrameLayout, frameBytes, rowBytes } from '../frame/frame.js';
import { PerceptionError } from '../frame/perception-error.js';
import { fillPlane } from './fill-plane.js';
import { type InputGeometry, placeInput } from './input-geometry.js';
import { loadKernel } from './kernel-module.js';
import { PlainKernel } from './plain-kernel.js';
import { type CapturedFromRectified, checkCameraSize, rectifier } from './rectifier.js';
import { createSampleGrid, type SampledPlane, type SourcePlane } from './sample-grid.js';
import type { Normalisation } from './sample-rgb.js';
import { WasmKernel } from './wasm-kernel.js';

/** Smallest frame that can be sampled: its chroma still has two pixels per side to interpolate between. */
const smallestFramePx = 4;

/** What computes a table's pixels: the compiled kernel, or its TypeScript reference and the reason for it. */
export type KernelChoice = { name: 'wasm-simd' } | { name: 'typescript'; why: string };

/** `fastest`: the compiled kernel where the engine has WebAssembly SIMD. */
export type KernelRequest = 'fastest' | 'typescript';

/**
 * Everything that turns frames of one layout into one network's input: undistort, cut, resize, convert, normalise,
 * lay out, in one pass. Also holds the kernels and their scratch memory, so a table serves a single thread.
 */
export interface RemapTable {
  readonly spec: InputSpec;
  readonly frame: FrameLayout;
  /** rgb8: the picture. nv12: luma, then chroma. */
  readonly planes: readonly SampledPlane[];
  /** Which kernel runs with the table's current contents. */
  kernel: KernelChoice;
  readonly plainKernel: PlainKernel;
  /** Undefined if the engine has none, or TypeScript was requested. */
  readonly wasmKernel: WasmKernel | undefined;
}

/** A table with room for the spec's pixels; `fillTable` sets them. Throws ERR_FRAME_SIZE for an impossible layout. */
export function createRemapTable(
  spec: InputSpec,
  frame: FrameLayout,
  request: KernelRequest = 'fastest',
): RemapTable {
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
  const planes = sourcePlanes(frame).map((source) => ({ source, grid: createSampleGrid(count) }));
  const normalisation = normalisationOf(spec);
  const loaded = request === 'typescript' ? { whyNot: 'it was asked for' } : loadKernel();
  return {
    spec,
    frame,
    planes,
    kernel: 'module' in loaded ? { name: 'wasm-simd' } : { name: 'typescript', why: loaded.whyNot },
    plainKernel: new PlainKernel(spec, planes, normalisation),
    wasmKernel:
      'module' in loaded ? new WasmKernel(loaded.module, spec, planes, normalisation) : undefined,
  };
}

/** (v - mean) * scale by source channel: blue is first in a bgr spec's means, last among the channels. */
function normalisationOf(spec: InputSpec): Normalisation {
  const order = spec.colour === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  const [first, second, third] = order.map((place) => ({
    scale: spec.scale[place]!,
    bias: -spec.mean[place]! * spec.scale[place]!,
  }));
  return {
    scale: [first!.scale, second!.scale, third!.scale],
    bias: [first!.bias, second!.bias, third!.bias],
  };
}

function sourcePlanes(frame: FrameLayout): SourcePlane[] {
  const { format, widthPx, heightPx, strideBytes } = frame;
  if (format === 'rgb8') {
    return [{ widthPx, heightPx, strideBytes, pixelBytes: 3, startByte: 0, share: 1 }];
  }
  return [
    { widthPx, heightPx, strideBytes, pixelBytes: 1, startByte: 0, share: 1 },
    {
      // The last column of an odd width has its own colours if the rows have room for them.
      widthPx: widthPx % 2 === 1 && strideBytes > widthPx ? (widthPx + 1) >> 1 : widthPx >> 1,
      heightPx: (heightPx + 1) >> 1,
      strideBytes,
      pixelBytes: 2,
      startByte: strideBytes * heightPx,
      share: 0.5,
    },
  ];
}

/**
 * Builds the table for frames of this layout. With a camera model the picture is rectified into the ideal pinhole
 * of the same intrinsics first (in the same pass); without one it is used unchanged. The table's `kernel` says what
 * will compute it.
 * Throws ERR_CALIBRATION if the camera was calibrated for another frame size (see scaleCamera) and
 * ERR_FRAME_SIZE for an impossible layout.
 */
export function buildRemapTable(
  spec: InputSpec,
  frame: FrameLayout,
  camera?: CameraModel,
  request?: KernelRequest,
): RemapTable {
  checkCameraSize(frame, camera);
  const table = createRemapTable(spec, frame, request);
  const geometry = placeInput(spec, 0, 0, frame.widthPx, frame.heightPx);
  fillTable(table, geometry, camera === undefined ? undefined : rectifier(camera));
  return table;
}

/** Sets every pixel of the table again. */
export function fillTable(
  table: RemapTable,
  geometry: InputGeometry,
  capturedFromRectified: CapturedFromRectified | undefined,
): void {
  const { spec, frame } = table;
  for (const { source, grid } of table.planes) {
    fillPlane(grid, source, spec, frame, geometry, capturedFromRectified);
  }
  if (table.wasmKernel === undefined) return;
  table.kernel = table.wasmKernel.plan()
    ? { name: 'wasm-simd' }
    : {
        name: 'typescript',
        why: 'the means are over more pixels than the compiled kernel adds up',
      };
}

/**
 * Turns one frame into the network's input: writes 3 * width * height float32 to `out` from `outStart` on, in the
 * spec's layout. `pixels` holds the frame in the table's layout and is only read; it may be shared with other threads,
 * `out` may not. Allocates only a few views. Throws ERR_FRAME_SIZE if either buffer is too short.
 */
export function preprocessInto(
  table: RemapTable,
  pixels: Uint8Array,
  out: Float32Array,
  outStart = 0,
): void {
  const { spec, frame } = table;
  const needed = 3 * spec.widthPx * spec.heightPx;
  if (pixels.length < frameBytes(frame) || out.length < outStart + needed) {
    throw new PerceptionError(
      'ERR_FRAME_SIZE',
      `expected ${frameBytes(frame)} bytes of pixels and room for ${needed} values, found ${pixels.length} bytes and ${out.length - outStart} values`,
    );
  }
  const kernel = table.kernel.name === 'wasm-simd' ? table.wasmKernel! : table.plainKernel;
  kernel.run(pixels, out, outStart);
}
