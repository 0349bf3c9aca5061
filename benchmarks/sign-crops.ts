import type { InputSpec } from '../src/bundle/input-spec.js';
import { frameBytes, packedRgbLayout } from '../src/frame/frame.js';
import { createCropper } from '../src/preprocess/cropper.js';
import type { KernelRequest } from '../src/preprocess/remap-table.js';
import type { BenchmarkCase, Variant } from './harness/benchmark.js';
import { runBenchmark } from './harness/run-benchmark.js';

// One detected sign cut from the full-resolution frame, resized to the sign network's 32x32 and normalised.
const layout = packedRgbLayout(1280, 720);
const spec: InputSpec = {
  regionNorm: [0, 0, 1, 1],
  fit: 'stretch',
  widthPx: 32,
  heightPx: 32,
  colour: 'rgb',
  layout: 'nchw',
  mean: [127.5, 127.5, 127.5],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  padValue: 128,
};

function own(name: string, request: KernelRequest, edgePx: number, isReference: boolean): Variant {
  return {
    name,
    isReference,
    prepare() {
      const pixels = new Uint8Array(new SharedArrayBuffer(frameBytes(layout)));
      for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 31 + (i >> 9)) & 255;
      const cropper = createCropper(spec, layout, request);
      const out = new Float32Array(3 * 32 * 32);
      const box = [613.4, 211.7, 613.4 + edgePx, 211.7 + edgePx] as const;
      return {
        run: () => cropper.cropInto(pixels, [...box], 0.1, out, 0),
        result: () => out,
      };
    },
  };
}

function caseOf(edgePx: number): BenchmarkCase {
  return {
    name: `${edgePx}px`,
    resultUnit: { name: 'grey levels', perValue: 127.5 },
    variants: [
      own('windshield', 'fastest', edgePx, false),
      own('windshield typescript', 'typescript', edgePx, true),
    ],
  };
}

await runBenchmark({
  name: 'sign-crops',
  operation:
    'one sign, its box grown by a tenth, cut from 1280x720 to 32x32 with its table made anew',
  warmUp: 1000,
  samples: 2000,
  cases: () => [24, 64, 160].map(caseOf),
});
