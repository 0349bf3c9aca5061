import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../../../../src/bundle/input-spec.js';
import { packedRgbLayout } from '../../../../src/frame/frame.js';
import { buildRemapTable, preprocessInto } from '../../../../src/preprocess/remap-table.js';
import type { RgbImage } from '../../../../tools/datasets/sample.js';
import { noColourChange } from '../../../../tools/train/augment/colour.js';
import { warpInto, windowAffine } from '../../../../tools/train/augment/warp.js';
import { createRandom } from '../../../../tools/train/random.js';
import { inputSpec } from '../../../support/frames.js';

/** Noise on a slope: neighbours differ, and so do the corners. */
function noisyImage(widthPx: number, heightPx: number, seed: number): RgbImage {
  const random = createRandom(seed);
  const data = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) =>
    Math.min(255, ((i / 3) % widthPx) * (100 / widthPx) + random.below(156)),
  );
  return { widthPx, heightPx, data };
}

const region = ({ widthPx, heightPx }: RgbImage, [l, t, r, b]: InputSpec['regionNorm']) =>
  [l * widthPx, t * heightPx, r * widthPx, b * heightPx] as const;

/** Largest difference in grey levels between what is trained on and what the rig makes of the same picture. */
function worstDifference(image: RgbImage, spec: InputSpec): number {
  const count = 3 * spec.widthPx * spec.heightPx;
  const [trained, driven] = [new Float32Array(count), new Float32Array(count)];
  const affine = windowAffine(region(image, spec.regionNorm), spec.widthPx, spec.heightPx, false);
  warpInto(image, affine, spec, noColourChange, trained, 0);
  const table = buildRemapTable(spec, packedRgbLayout(image.widthPx, image.heightPx));
  preprocessInto(table, image.data, driven);
  const plane = spec.widthPx * spec.heightPx;
  return trained.reduce((worst, value, i) => {
    const scale = spec.scale[Math.floor(i / plane)]!;
    return Math.max(worst, Math.abs(value - driven[i]!) / scale);
  }, 0);
}

describe('the warp without augmentation', () => {
  it('makes of any picture what preprocessing makes of it, within one grey level', () => {
    const sizes = fc.record({
      widthPx: fc.integer({ min: 4, max: 60 }),
      heightPx: fc.integer({ min: 4, max: 60 }),
      inputWidthPx: fc.integer({ min: 1, max: 24 }),
      inputHeightPx: fc.integer({ min: 1, max: 24 }),
      top: fc.double({ min: 0, max: 0.5, noNaN: true }),
      colour: fc.constantFrom('rgb' as const, 'bgr' as const, 'yuv' as const),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(
        sizes,
        ({ widthPx, heightPx, inputWidthPx, inputHeightPx, top, colour, seed }) => {
          const spec = inputSpec({
            regionNorm: [0, top, 1, 1],
            fit: 'stretch',
            layout: 'nchw',
            widthPx: inputWidthPx,
            heightPx: inputHeightPx,
            colour,
            mean: [127.5, 127.5, 127.5],
            scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
          });
          const worst = worstDifference(noisyImage(widthPx, heightPx, seed), spec);
          expect(worst).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a KITTI frame for the detector', 1242, 375, 448, 256],
    ['a simulator frame for steering', 320, 160, 200, 66],
    ['a sign', 47, 51, 32, 32],
  ])('holds for %s', (_name, widthPx, heightPx, inputWidthPx, inputHeightPx) => {
    const spec = inputSpec({
      regionNorm: [0, 0, 1, 1],
      fit: 'stretch',
      layout: 'nchw',
      widthPx: inputWidthPx,
      heightPx: inputHeightPx,
      mean: [0, 0, 0],
      scale: [1, 1, 1],
    });
    expect(worstDifference(noisyImage(widthPx, heightPx, 5), spec)).toBeLessThanOrEqual(1);
  });

  it('mirrors exactly', () => {
    const image = noisyImage(50, 20, 3);
    const spec = inputSpec({ widthPx: 16, heightPx: 8, layout: 'nchw' });
    const [plain, flipped] = [new Float32Array(3 * 128), new Float32Array(3 * 128)];
    warpInto(image, windowAffine([0, 0, 50, 20], 16, 8, false), spec, noColourChange, plain, 0);
    warpInto(image, windowAffine([0, 0, 50, 20], 16, 8, true), spec, noColourChange, flipped, 0);
    for (let i = 0; i < plain.length; i++) {
      const mirror = i - (i % 16) + 15 - (i % 16);
      expect(flipped[mirror]).toBeCloseTo(plain[i]!, 1);
    }
  });
});
