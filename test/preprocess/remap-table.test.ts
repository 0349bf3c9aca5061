import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import { scaleCamera } from '../../src/calibration/camera-model.js';
import type { FrameLayout, PixelFormat } from '../../src/frame/frame.js';
import { rectifier } from '../../src/preprocess/rectifier.js';
import {
  buildRemapTable,
  type KernelRequest,
  preprocessInto,
} from '../../src/preprocess/remap-table.js';
import { cameraModels, plumbBob } from '../support/camera-models.js';
import { inputSpec, noiseFrame, paintedFrame } from '../support/frames.js';
import { slowPreprocess } from './slow-preprocess.js';

const anySpec: fc.Arbitrary<InputSpec> = fc
  .record({
    left: fc.double({ min: 0, max: 0.6, noNaN: true }),
    top: fc.double({ min: 0, max: 0.6, noNaN: true }),
    shareX: fc.double({ min: 0.2, max: 1, noNaN: true }),
    shareY: fc.double({ min: 0.2, max: 1, noNaN: true }),
    fit: fc.constantFrom('stretch', 'letterbox', 'letterbox-top-left'),
    widthPx: fc.integer({ min: 1, max: 24 }),
    heightPx: fc.integer({ min: 1, max: 24 }),
    colour: fc.constantFrom('rgb', 'bgr', 'yuv'),
    layout: fc.constantFrom('nchw', 'nhwc'),
    padValue: fc.integer({ min: 0, max: 255 }),
    padRgb: fc.constantFrom(undefined, [10, 120, 250]),
  })
  .map(({ left, top, shareX, shareY, padRgb, ...rest }) =>
    inputSpec({
      regionNorm: [left, top, left + (1 - left) * shareX, top + (1 - top) * shareY],
      mean: [10, 20.5, 127],
      scale: [1 / 128, 0.5, 2],
      ...(rest as Partial<InputSpec>),
      ...(padRgb && { padRgb: padRgb as [number, number, number] }),
    }),
  );

const anyLayout: FrameLayout = { format: 'rgb8', widthPx: 8, heightPx: 8, strideBytes: 24 };

const anyFrame: fc.Arbitrary<FrameLayout> = fc
  .record({
    format: fc.constantFrom<PixelFormat>('rgb8', 'nv12'),
    widthPx: fc.integer({ min: 4, max: 90 }),
    heightPx: fc.integer({ min: 4, max: 90 }),
    padding: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ format, widthPx, heightPx, padding }) => ({
    format,
    widthPx,
    heightPx,
    strideBytes: (format === 'rgb8' ? 3 : 1) * widthPx + padding,
  }));

/** Largest difference, in grey levels: each value is divided by its channel's scale first. */
function worstDifference(spec: InputSpec, a: Float32Array, b: Float32Array): number {
  const plane = spec.widthPx * spec.heightPx;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const channel = spec.layout === 'nchw' ? Math.floor(i / plane) : i % 3;
    const difference = Math.abs(a[i]! - b[i]!) / spec.scale[channel]!;
    worst = difference > worst || Number.isNaN(difference) ? difference : worst;
  }
  return worst;
}

/**
 * Weights have 11 bits: at most 255 / 2048 / 2 an axis, and the yuv of nv12 adds up three of them. The compiled kernel
 * averages pairs to whole levels, half a level off at most, which video's limited range stretches.
 */
const kernels: readonly [name: string, request: KernelRequest, toleranceGrey: number][] = [
  ['typescript', 'typescript', 0.3],
  ['wasm-simd', 'fastest', 0.9],
];

describe.each(kernels)('preprocessing by %s', (name, request, toleranceGrey) => {
  it('is done by the kernel that is named', () => {
    const table = buildRemapTable(inputSpec(), anyLayout, undefined, request);
    expect(table.kernel.name).toBe(name);
  });

  it('is what its definition says, for any spec and frame', () => {
    fc.assert(
      fc.property(anySpec, anyFrame, fc.integer(), (spec, frame, seed) => {
        const pixels = noiseFrame(frame, seed);
        const out = new Float32Array(3 * spec.widthPx * spec.heightPx);
        preprocessInto(buildRemapTable(spec, frame, undefined, request), pixels, out);
        const expected = slowPreprocess(spec, frame, pixels);
        expect(worstDifference(spec, out, expected)).toBeLessThan(toleranceGrey);
      }),
      { numRuns: 300 },
    );
  });

  it('takes a centre on the edge of the region for inside, whatever rounding makes of it', () => {
    const spec = inputSpec({
      regionNorm: [0, 0, 0.20000000000000004, 0.2],
      fit: 'letterbox',
      widthPx: 17,
      heightPx: 14,
    });
    const frame: FrameLayout = { format: 'rgb8', widthPx: 85, heightPx: 15, strideBytes: 255 };
    const pixels = noiseFrame(frame, 1);
    const out = new Float32Array(3 * 17 * 14);
    preprocessInto(buildRemapTable(spec, frame, undefined, request), pixels, out);
    expect(worstDifference(spec, out, slowPreprocess(spec, frame, pixels))).toBeLessThan(
      toleranceGrey,
    );
  });

  it('leaves the colours of an NV12 frame of odd size where they are', () => {
    // Red from column 10 on: 2 x 2 pixels share a colour, so the edge stands between chroma columns 4 and 5.
    const layout: FrameLayout = { format: 'nv12', widthPx: 21, heightPx: 21, strideBytes: 24 };
    const pixels = new Uint8Array(24 * 32).fill(81);
    for (let row = 0; row < 11; row++) {
      for (let column = 0; column < 12; column++) {
        const at = 24 * (21 + row) + 2 * column;
        pixels[at] = column < 5 ? 128 : 90;
        pixels[at + 1] = column < 5 ? 128 : 240;
      }
    }
    const spec = inputSpec({ widthPx: 21, heightPx: 21 });
    const out = new Float32Array(3 * 21 * 21);
    preprocessInto(buildRemapTable(spec, layout, undefined, request), pixels, out);
    for (const row of [0, 10, 20]) {
      const green = Array.from(out.subarray(441 + row * 21, 441 + row * 21 + 21), Math.round);
      expect(green.slice(0, 9)).toEqual(Array(9).fill(76));
      expect(green.slice(11)).toEqual(Array(10).fill(0));
    }
  });

  it.each(Object.entries(cameraModels))('undoes the lens of %s on the way', (_, model) => {
    const camera = scaleCamera(model, 160, 90);
    const frame: FrameLayout = { format: 'rgb8', widthPx: 160, heightPx: 90, strideBytes: 480 };
    const spec = inputSpec({ widthPx: 120, heightPx: 66, regionNorm: [0.05, 0, 1, 0.9] });
    const pixels = noiseFrame(frame, 7);
    const out = new Float32Array(3 * 120 * 66);
    preprocessInto(buildRemapTable(spec, frame, camera, request), pixels, out);
    const pointOf = rectifier(camera);
    // The scales are below 2 for all these lenses, so that no box is averaged.
    const expected = slowPreprocess(spec, frame, pixels, { pointOf, scaleOf: [1, 1] });
    expect(worstDifference(spec, out, expected)).toBeLessThan(toleranceGrey);
  });

  it('shows straight what the lens bent', () => {
    // A picture as the camera sees it of a vertical edge at x = 0.2 in front of it.
    const camera = scaleCamera(plumbBob, 320, 180);
    const toRectified = rectifier({ ...camera, kind: 'pinhole', distortion: [] });
    const edgePx = 0.2 * camera.fxPx + camera.cxPx + 0.5;
    expect(toRectified(edgePx, 90)![0]).toBeCloseTo(edgePx, 9);
    const fromRectified = rectifier(camera);
    // For each row of the captured picture, where the edge lies: by searching along the rectified line.
    const edgeAt = new Float64Array(180).fill(Number.NaN);
    for (let y = -20; y < 200; y += 0.01) {
      const point = fromRectified(edgePx, y)!;
      const row = Math.floor(point[1]);
      if (row >= 0 && row < 180) edgeAt[row] = point[0];
    }
    const { layout, pixels } = paintedFrame(320, 180, (column, row) =>
      column + 0.5 < edgeAt[row]! ? [255, 255, 255] : [0, 0, 0],
    );
    const spec = inputSpec({ widthPx: 320, heightPx: 180 });
    const out = new Float32Array(3 * 320 * 180);
    preprocessInto(buildRemapTable(spec, layout, camera, request), pixels, out);
    for (let row = 10; row < 170; row += 5) {
      const line = out.subarray(row * 320, row * 320 + 320);
      const found = line.findIndex((value, i) => i > 100 && value < 128);
      expect(Math.abs(found - edgePx)).toBeLessThanOrEqual(1.5);
    }
  });

  it('averages what would alias: stripes one pixel wide become grey', () => {
    const { layout, pixels } = paintedFrame(640, 320, (column, row) =>
      (column + row) % 2 === 0 ? [255, 255, 255] : [0, 0, 0],
    );
    for (const edgePx of [32, 40, 80, 160]) {
      const spec = inputSpec({ widthPx: edgePx * 2, heightPx: edgePx });
      const out = new Float32Array(3 * edgePx * edgePx * 2);
      preprocessInto(buildRemapTable(spec, layout, undefined, request), pixels, out);
      const worst = out.reduce((far, value) => Math.max(far, Math.abs(value - 127.5)), 0);
      expect(worst).toBeLessThan(1);
    }
  });

  it('copies a frame of the input size as it is', () => {
    const { layout, pixels } = paintedFrame(9, 7, (column, row) => [column * 20, row * 30, 5]);
    const spec = inputSpec({ widthPx: 9, heightPx: 7, layout: 'nhwc' });
    const out = new Float32Array(pixels.length);
    preprocessInto(buildRemapTable(spec, layout, undefined, request), pixels, out);
    expect(Array.from(out)).toEqual(Array.from(pixels));
  });

  it('writes a batch item where it is told and nothing else', () => {
    const { layout, pixels } = paintedFrame(4, 4, () => [50, 60, 70]);
    const spec = inputSpec({ widthPx: 2, heightPx: 1, layout: 'nhwc' });
    const out = new Float32Array(18).fill(-1);
    preprocessInto(buildRemapTable(spec, layout, undefined, request), pixels, out, 6);
    const item = [50, 60, 70, 50, 60, 70];
    expect(Array.from(out)).toEqual([...Array(6).fill(-1), ...item, ...Array(6).fill(-1)]);
  });

  it('gives known colours their YUV', () => {
    const { layout, pixels } = paintedFrame(4, 4, () => [255, 0, 0]);
    const spec = inputSpec({ widthPx: 1, heightPx: 1, colour: 'yuv' });
    const out = new Float32Array(3);
    preprocessInto(buildRemapTable(spec, layout, undefined, request), pixels, out);
    // JFIF: pure red is Y 76.245, Cb 84.97, Cr 255.5.
    expect(out[0]).toBeCloseTo(76.245, 2);
    expect(out[1]).toBeCloseTo(84.97, 1);
    expect(out[2]).toBeCloseTo(255.5, 1);
  });

  it('reads NV12 white, black and red', () => {
    const layout: FrameLayout = { format: 'nv12', widthPx: 4, heightPx: 4, strideBytes: 4 };
    const spec = inputSpec({ widthPx: 1, heightPx: 1 });
    const table = buildRemapTable(spec, layout, undefined, request);
    const read = (y: number, u: number, v: number) => {
      const chroma = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? u : v));
      const out = new Float32Array(3);
      preprocessInto(table, Uint8Array.from([...Array(16).fill(y), ...chroma]), out);
      return Array.from(out, Math.round);
    };
    expect(read(235, 128, 128)).toEqual([255, 255, 255]);
    expect(read(16, 128, 128)).toEqual([0, 0, 0]);
    expect(read(81, 90, 240)).toEqual([254, 0, 0]);
  });

  it('refuses short buffers, tiny frames and a calibration of another size', () => {
    const frame = anyLayout;
    const spec = inputSpec();
    const table = buildRemapTable(spec, frame, undefined, request);
    const size = expect.objectContaining({ code: 'ERR_FRAME_SIZE' });
    expect(() => preprocessInto(table, new Uint8Array(191), new Float32Array(192))).toThrow(size);
    expect(() => preprocessInto(table, new Uint8Array(192), new Float32Array(191))).toThrow(size);
    expect(() => buildRemapTable(spec, { ...frame, strideBytes: 23 })).toThrow(size);
    expect(() => buildRemapTable(spec, { ...frame, widthPx: 3 })).toThrow(size);
    expect(() => buildRemapTable(spec, frame, plumbBob)).toThrow(
      expect.objectContaining({ code: 'ERR_CALIBRATION' }),
    );
  });
});
