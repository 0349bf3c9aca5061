import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameLayout } from '../../src/frame/frame.js';
import { createCropper } from '../../src/preprocess/cropper.js';
import type { KernelRequest } from '../../src/preprocess/remap-table.js';
import { inputSpec, noiseFrame } from '../support/frames.js';
import { slowPreprocess } from './slow-preprocess.js';

const frame: FrameLayout = { format: 'rgb8', widthPx: 120, heightPx: 80, strideBytes: 363 };
const spec = inputSpec({
  widthPx: 16,
  heightPx: 16,
  mean: [128, 128, 128],
  scale: [0.5, 0.5, 0.5],
});
const itemLength = 3 * 16 * 16;

/** In the tensor's units, half a grey level each: the compiled kernel averages pairs to whole grey levels. */
const kernels: readonly [request: KernelRequest, tolerance: number][] = [
  ['typescript', 0.2],
  ['fastest', 0.45],
];

describe.each(kernels)('a crop by the %s kernel', (request, tolerance) => {
  it('is what the definition says of the box with its margins, wherever it lies', () => {
    const cropper = createCropper(spec, frame, request);
    const out = new Float32Array(3 * itemLength);
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 110, noNaN: true }),
        fc.double({ min: -20, max: 70, noNaN: true }),
        fc.double({ min: 2, max: 130, noNaN: true }),
        fc.double({ min: 2, max: 90, noNaN: true }),
        fc.constantFrom(0, 0.1, 0.5),
        fc.integer({ min: 0, max: 2 }),
        fc.integer(),
        (left, top, width, height, marginNorm, batchIndex, seed) => {
          const pixels = noiseFrame(frame, seed);
          const box: [number, number, number, number] = [left, top, left + width, top + height];
          out.fill(-1000);
          cropper.cropInto(pixels, box, marginNorm, out, batchIndex);
          const expected = slowPreprocess(spec, frame, pixels, {
            rectPx: [
              left - width * marginNorm,
              top - height * marginNorm,
              box[2] + width * marginNorm,
              box[3] + height * marginNorm,
            ],
          });
          let worst = 0;
          for (let i = 0; i < out.length; i++) {
            const at = i - batchIndex * itemLength;
            const isItem = at >= 0 && at < itemLength;
            worst = Math.max(worst, Math.abs(out[i]! - (isItem ? expected[at]! : -1000)));
          }
          expect(worst).toBeLessThan(tolerance);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a batch without room for it', () => {
    const cropper = createCropper(spec, frame, request);
    const crop = () =>
      cropper.cropInto(noiseFrame(frame, 1), [0, 0, 9, 9], 0, new Float32Array(itemLength), 1);
    expect(crop).toThrow(expect.objectContaining({ code: 'ERR_FRAME_SIZE' }));
  });
});
