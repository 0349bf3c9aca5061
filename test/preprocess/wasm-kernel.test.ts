import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import { type CameraModel, scaleCamera } from '../../src/calibration/camera-model.js';
import { type FrameLayout, frameBytes, type PixelFormat } from '../../src/frame/frame.js';
import { buildRemapTable, preprocessInto } from '../../src/preprocess/remap-table.js';
import { cameraModels } from '../support/camera-models.js';
import { inputSpec, noiseFrame } from '../support/frames.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Both kernels on one frame; the largest difference of any value. Not for means over too many pixels. */
function worstDifference(
  spec: InputSpec,
  frame: FrameLayout,
  pixels: Uint8Array,
  camera?: CameraModel,
): number {
  const length = 3 * spec.widthPx * spec.heightPx;
  const [plain, compiled] = (['typescript', 'fastest'] as const).map((request) => {
    const table = buildRemapTable(spec, frame, camera, request);
    const isBeyond = table.planes.some(
      ({ grid: { boxWidthPx, boxHeightPx } }) =>
        Math.ceil(boxWidthPx / 2) * boxHeightPx > 256 || Math.max(boxWidthPx, boxHeightPx) > 128,
    );
    const isPlain = request === 'typescript' || isBeyond;
    expect(table.kernel.name).toBe(isPlain ? 'typescript' : 'wasm-simd');
    const out = new Float32Array(length).fill(Number.NaN);
    // Twice: the second frame finds the memory as the first one left it.
    for (let run = 0; run < 2; run++) preprocessInto(table, pixels, out);
    return out;
  }) as [Float32Array, Float32Array];
  let worst = 0;
  for (let i = 0; i < length; i++) {
    const difference = Math.abs(plain[i]! - compiled[i]!);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

/** The frame's pixels where a ring has them: in shared memory, between other frames. */
function inSharedMemory(pixels: Uint8Array, offsetBytes: number): Uint8Array {
  const shared = new SharedArrayBuffer(pixels.length + offsetBytes + 64);
  const all = new Uint8Array(shared);
  all.fill(255);
  const view = all.subarray(offsetBytes, offsetBytes + pixels.length);
  view.set(pixels);
  return view;
}

/** Inputs of several blocks, so that rows slide; frames from enlarged to averaged over many pixels. */
const anyCase = fc.record({
  format: fc.constantFrom<PixelFormat>('rgb8', 'nv12'),
  frameWidthPx: fc.integer({ min: 4, max: 700 }),
  frameHeightPx: fc.integer({ min: 4, max: 400 }),
  paddingBytes: fc.integer({ min: 0, max: 40 }),
  offsetBytes: fc.constantFrom(0, 64, 1, 3, 12),
  left: fc.double({ min: 0, max: 0.7, noNaN: true }),
  top: fc.double({ min: 0, max: 0.7, noNaN: true }),
  fit: fc.constantFrom<InputSpec['fit']>('stretch', 'letterbox', 'letterbox-top-left'),
  padRgb: fc.constantFrom<InputSpec['padRgb']>(undefined, [10, 120, 250]),
  colour: fc.constantFrom<InputSpec['colour']>('rgb', 'bgr', 'yuv'),
  layout: fc.constantFrom<InputSpec['layout']>('nchw', 'nhwc'),
  widthPx: fc.integer({ min: 1, max: 300 }),
  heightPx: fc.integer({ min: 1, max: 150 }),
  lens: fc.constantFrom(undefined, ...Object.values(cameraModels)),
});

describe('the compiled kernel', () => {
  it('is within one grey level of the TypeScript that defines it', () => {
    fc.assert(
      fc.property(anyCase, (setup) => {
        const { format, frameWidthPx: widthPx, frameHeightPx: heightPx, left, top } = setup;
        const strideBytes = (format === 'rgb8' ? 3 : 1) * widthPx + setup.paddingBytes;
        const frame: FrameLayout = { format, widthPx, heightPx, strideBytes };
        const spec = inputSpec({
          regionNorm: [left, top, Math.min(1, left + 0.8), Math.min(1, top + 0.8)],
          fit: setup.fit,
          ...(setup.padRgb && { padRgb: setup.padRgb }),
          colour: setup.colour,
          layout: setup.layout,
          widthPx: setup.widthPx,
          heightPx: setup.heightPx,
        });
        const lens = setup.lens;
        const camera = lens && { ...lens, widthPx, heightPx };
        const pixels = inSharedMemory(noiseFrame(frame, 1), setup.offsetBytes);
        expect(worstDifference(spec, frame, pixels, camera)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  });

  it.each(
    (['rgb8', 'nv12'] as const).flatMap((format) =>
      Object.keys(cameraModels).map((lens) => [format, lens] as const),
    ),
  )('slides down a %s frame through the lens of %s', (format, lens) => {
    const camera = scaleCamera(cameraModels[lens as keyof typeof cameraModels], 640, 360);
    const frame: FrameLayout = {
      format,
      widthPx: 640,
      heightPx: 360,
      strideBytes: format === 'rgb8' ? 1920 : 640,
    };
    const spec = inputSpec({ widthPx: 240, heightPx: 180, padValue: 7.5 });
    const pixels = inSharedMemory(noiseFrame(frame, 3), 64);
    expect(worstDifference(spec, frame, pixels, camera)).toBeLessThanOrEqual(1);
  });

  it('keeps a flat frame flat, whatever is averaged', () => {
    for (const grey of [0, 1, 127, 128, 255]) {
      for (const edgePx of [20, 33, 50, 97, 160]) {
        const frame: FrameLayout = {
          format: 'rgb8',
          widthPx: 160,
          heightPx: 120,
          strideBytes: 480,
        };
        const spec = inputSpec({ widthPx: edgePx, heightPx: edgePx });
        const out = new Float32Array(3 * edgePx * edgePx);
        preprocessInto(buildRemapTable(spec, frame), new Uint8Array(57600).fill(grey), out);
        const worst = out.reduce((far, value) => Math.max(far, Math.abs(value - grey)), 0);
        expect(worst).toBeLessThan(1e-4);
      }
    }
  });

  it('writes a batch item of several blocks where it is told and nothing else', () => {
    const frame: FrameLayout = { format: 'rgb8', widthPx: 300, heightPx: 200, strideBytes: 900 };
    const pixels = new Uint8Array(frameBytes(frame)).fill(9);
    const spec = inputSpec({ widthPx: 149, heightPx: 131 });
    const item = 3 * 149 * 131;
    const out = new Float32Array(3 * item).fill(-1);
    preprocessInto(buildRemapTable(spec, frame), pixels, out, item);
    expect(out.subarray(0, item).every((value) => value === -1)).toBe(true);
    expect(out.subarray(item, 2 * item).every((value) => value === 9)).toBe(true);
    expect(out.subarray(2 * item).every((value) => value === -1)).toBe(true);
  });

  it('leaves means over more pixels than it adds up to TypeScript, and says so', () => {
    const frame: FrameLayout = { format: 'rgb8', widthPx: 200, heightPx: 100, strideBytes: 600 };
    const pixels = noiseFrame(frame, 5);
    const spec = inputSpec({ widthPx: 4, heightPx: 4 });
    const table = buildRemapTable(spec, frame);
    expect(table.kernel).toEqual({ name: 'typescript', why: expect.stringContaining('means') });
    const outs = [table, buildRemapTable(spec, frame, undefined, 'typescript')].map((each) => {
      const out = new Float32Array(48);
      preprocessInto(each, pixels, out);
      return out;
    });
    expect(outs[0]).toEqual(outs[1]);
  });

  it.each([
    ['has no WebAssembly', undefined, 'no WebAssembly'],
    [
      'cannot compile SIMD',
      {
        Module: class {
          constructor() {
            throw new Error('invalid opcode 0xfd');
          }
        },
      },
      'invalid opcode 0xfd',
    ],
  ])('is replaced where the engine %s, and the table says why', async (_, engine, why) => {
    vi.stubGlobal('WebAssembly', engine);
    vi.resetModules();
    const fresh = await import('../../src/preprocess/remap-table.js');
    const frame: FrameLayout = { format: 'rgb8', widthPx: 8, heightPx: 8, strideBytes: 24 };
    const table = fresh.buildRemapTable(inputSpec(), frame);
    expect(table.kernel).toEqual({ name: 'typescript', why: expect.stringContaining(why) });
    const out = new Float32Array(192);
    fresh.preprocessInto(table, new Uint8Array(192).fill(20), out);
    expect(out.every((value) => value === 20)).toBe(true);
  });
});
