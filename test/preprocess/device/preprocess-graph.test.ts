import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { tensorDtypes } from '../../../src/bundle/manifest.js';
import { type CameraModel, scaleCamera } from '../../../src/calibration/camera-model.js';
import type { FrameLayout, PixelFormat } from '../../../src/frame/frame.js';
import { NativeSession } from '../../../src/inference/native-session.js';
import { TensorRoom } from '../../../src/inference/tensor-room.js';
import {
  frameInputName,
  preprocessGraph,
} from '../../../src/preprocess/device/preprocess-graph.js';
import { buildRemapTable, preprocessInto } from '../../../src/preprocess/remap-table.js';
import { cameraModels } from '../../support/camera-models.js';
import { inputSpec, noiseFrame } from '../../support/frames.js';

/** The largest difference between the graph on ONNX Runtime and the TypeScript that defines preprocessing. */
function worstDifference(spec: InputSpec, frame: FrameLayout, camera?: CameraModel): number {
  const table = buildRemapTable(spec, frame, camera, 'typescript');
  const pixels = noiseFrame(frame, 7);
  const length = 3 * spec.widthPx * spec.heightPx;
  const defined = new Float32Array(length);
  preprocessInto(table, pixels, defined);

  const graph = preprocessGraph(table, 'image');
  const dims =
    spec.layout === 'nchw'
      ? [1, 3, spec.heightPx, spec.widthPx]
      : [1, spec.heightPx, spec.widthPx, 3];
  graph.output('image', dims);
  const session = NativeSession.load(graph.toBytes(), 'preprocessing');
  const data = new Float32Array(length).fill(Number.NaN);
  const rows = pixels.length / frame.strideBytes;
  session.run(
    { [frameInputName]: { type: 'uint8', dims: [rows, frame.strideBytes], data: pixels } },
    { image: { type: 'float32', dims, data } },
  );
  session.release();
  return data.reduce((worst, value, i) => {
    const difference = Math.abs(value - defined[i]!);
    return Math.max(worst, difference);
  }, 0);
}

it('is what the table computes, for every format, size, fit, colour and layout', () => {
  const anyCase = fc.record({
    format: fc.constantFrom<PixelFormat>('rgb8', 'nv12'),
    halfWidthPx: fc.integer({ min: 8, max: 60 }),
    halfHeightPx: fc.integer({ min: 8, max: 40 }),
    paddingBytes: fc.constantFrom(0, 5, 32),
    widthPx: fc.integer({ min: 4, max: 40 }),
    heightPx: fc.integer({ min: 4, max: 40 }),
    fit: fc.constantFrom<InputSpec['fit']>('stretch', 'letterbox', 'letterbox-top-left'),
    colour: fc.constantFrom('rgb' as const, 'bgr' as const, 'yuv' as const),
    layout: fc.constantFrom('nchw' as const, 'nhwc' as const),
    padRgb: fc.constantFrom<InputSpec['padRgb'][]>(undefined, [10, 120, 250]),
  });
  fc.assert(
    fc.property(anyCase, ({ format, halfWidthPx, halfHeightPx, paddingBytes, padRgb, ...rest }) => {
      const widthPx = 2 * halfWidthPx;
      const strideBytes = widthPx * (format === 'rgb8' ? 3 : 1) + paddingBytes;
      const frame: FrameLayout = { format, widthPx, heightPx: 2 * halfHeightPx, strideBytes };
      const spec = inputSpec({
        ...rest,
        ...(padRgb && { padRgb }),
        regionNorm: [0.1, 0.05, 0.95, 0.9],
        mean: [10, 20, 30],
        scale: [1, 0.5, 2],
      });
      // One grey level, of the channel that is scaled most.
      expect(worstDifference(spec, frame)).toBeLessThan(2);
    }),
    { numRuns: 60 },
  );
});

it.each(Object.entries(cameraModels))('rectifies a %s camera', (_name, camera) => {
  const frame: FrameLayout = { format: 'rgb8', widthPx: 320, heightPx: 180, strideBytes: 960 };
  const spec = inputSpec({ widthPx: 60, heightPx: 40 });
  expect(worstDifference(spec, frame, scaleCamera(camera, 320, 180))).toBeLessThan(1);
});

const dtypes = tensorDtypes.filter((dtype) => dtype !== 'float32');

it.each(dtypes)('gives %s inputs the values that preprocessing on the host gives them', (dtype) => {
  const frame: FrameLayout = { format: 'rgb8', widthPx: 6, heightPx: 6, strideBytes: 18 };
  // Below and above the range of 8 bits, halves and zero.
  const spec = inputSpec({ widthPx: 6, heightPx: 6, mean: [128, 255, 0], scale: [1, 0.5, 4] });
  const table = buildRemapTable(spec, frame, undefined, 'typescript');
  const pixels = noiseFrame(frame, 7);
  pixels.set([128, 255, 0]);
  const host = new TensorRoom(dtype, 108);
  preprocessInto(table, pixels, host.values);
  host.store(108);

  const graph = preprocessGraph(table, 'image', dtype);
  // Read as float32, because the graph's declarations know no bool.
  graph.node('Cast', ['image'], { to: 1 }, 'read');
  graph.output('read', [1, 3, 6, 6]);
  const session = NativeSession.load(graph.toBytes(), 'preprocessing');
  const data = new Float32Array(108).fill(Number.NaN);
  session.run(
    { [frameInputName]: { type: 'uint8', dims: [6, 18], data: pixels } },
    { read: { type: 'float32', dims: [1, 3, 6, 6], data } },
  );
  session.release();
  host.load(108);
  expect([...data]).toEqual([...host.values]);
});
