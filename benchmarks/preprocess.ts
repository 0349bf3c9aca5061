import type { InputSpec } from '../src/bundle/input-spec.js';
import type { CameraModel } from '../src/calibration/camera-model.js';
import { type FrameLayout, frameBytes, type PixelFormat } from '../src/frame/frame.js';
import {
  buildRemapTable,
  type KernelRequest,
  preprocessInto,
} from '../src/preprocess/remap-table.js';
import type { BenchmarkCase, Variant } from './harness/benchmark.js';
import { pythonCommand, whyNoPython } from './harness/python.js';
import { runBenchmark } from './harness/run-benchmark.js';

// Preprocessing next to OpenCV doing the same on one thread. peers/opencv_preprocess.py explains how OpenCV is called best.
const peerScript = new URL('../../benchmarks/peers/opencv_preprocess.py', import.meta.url);
const widthPx = 1280;
const heightPx = 720;

/** The simulated rig's camera: 65 degrees wide with mild barrel distortion. */
const camera: CameraModel = {
  kind: 'plumb_bob',
  widthPx,
  heightPx,
  fxPx: 1004.8,
  fyPx: 1004.8,
  cxPx: 643.084,
  cyPx: 354.892,
  distortion: [-0.162, 0.041, 0.0006, -0.0004, -0.004],
};

/** Inputs of the shipped networks that see the complete frame. */
const inputs: Record<string, Pick<InputSpec, 'widthPx' | 'heightPx' | 'colour' | 'regionNorm'>> = {
  detection: { widthPx: 448, heightPx: 256, colour: 'rgb', regionNorm: [0, 0, 1, 1] },
  segmentation: { widthPx: 480, heightPx: 360, colour: 'rgb', regionNorm: [0, 0, 1, 1] },
  steering: { widthPx: 200, heightPx: 66, colour: 'yuv', regionNorm: [0, 0.38, 1, 0.88] },
};

function specOf(name: string): InputSpec {
  return {
    ...inputs[name]!,
    fit: 'stretch',
    layout: 'nchw',
    mean: [127.5, 127.5, 127.5],
    scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
    padValue: 128,
  };
}

/** Edges, slopes and grain, drawn with integer arithmetic so that the peer draws the same bytes. */
function paint(layout: FrameLayout): Uint8Array {
  // Shared memory, as in the ring.
  const pixels = new Uint8Array(new SharedArrayBuffer(frameBytes(layout)));
  const step = layout.format === 'rgb8' ? 3 : 1;
  for (let i = 0; i < pixels.length; i++) {
    const row = Math.floor(i / layout.strideBytes);
    const column = Math.floor((i % layout.strideBytes) / step);
    const square = ((column >> 5) + (row >> 5)) % 2 === 0 ? 40 : 0;
    pixels[i] = ((column >> 3) + (row >> 3) + square + ((column * 7 + row * 13) % 11)) & 255;
  }
  return pixels;
}

function own(name: string, request: KernelRequest, spec: InputSpec, layout: FrameLayout): Variant {
  return {
    name,
    prepare() {
      const pixels = paint(layout);
      const table = buildRemapTable(spec, layout, camera, request);
      const out = new Float32Array(3 * spec.widthPx * spec.heightPx);
      const { kernel } = table;
      return {
        run: () => preprocessInto(table, pixels, out),
        result: () => out,
        note: kernel.name === 'typescript' ? `typescript, because ${kernel.why}` : kernel.name,
      };
    },
  };
}

function peer(way: string, isReference: boolean, input: string, format: PixelFormat): Variant {
  const { widthPx: width, heightPx: height, regionNorm, colour } = specOf(input);
  return {
    name: `OpenCV ${way}`,
    isReference,
    whyNot: () => whyNoPython('python3-opencv', 'cv2', 'numpy'),
    command: ({ warmUp, samples }, resultPath) =>
      pythonCommand(
        peerScript,
        JSON.stringify({ way, format, width, height, regionNorm, colour, camera }),
        String(warmUp),
        String(samples),
        resultPath,
      ),
  };
}

function cases(): BenchmarkCase[] {
  return (['rgb8', 'nv12'] as const).flatMap((format) =>
    Object.keys(inputs).map((input): BenchmarkCase => {
      const strideBytes = format === 'rgb8' ? widthPx * 3 : widthPx;
      const layout: FrameLayout = { format, widthPx, heightPx, strideBytes };
      const spec = specOf(input);
      return {
        name: `${input}-${format}`,
        resultUnit: { name: 'grey levels', perValue: 127.5 },
        variants: [
          own('windshield', 'fastest', spec, layout),
          own('windshield typescript', 'typescript', spec, layout),
          // The reference is the faster of the two that average as windshield does; the third aliases.
          peer('halves', true, input, format),
          peer('boxes', true, input, format),
          peer('remap', false, input, format),
        ],
      };
    }),
  );
}

await runBenchmark({
  name: 'preprocess',
  operation: `one frame of ${widthPx}x${heightPx} in shared memory, undistorted, resized, converted, normalised, as planes`,
  warmUp: 60,
  samples: 200,
  cases,
});
