import { expect, test } from 'vitest';
import { addHazePlainly, hazeOf } from '../../../../simulator/rendering/capture/add-haze.js';
import { hazeKernel } from '../../../../simulator/rendering/capture/haze-kernel.js';
import { RenderTarget } from '../../../../simulator/rendering/raster/render-target.js';
import { Random } from '../../../../simulator/world/random.js';

/** Pixels of every colour, at every distance: sky, near, and up to four kilometres away. */
function targetOf(widthPx: number, heightPx: number): RenderTarget {
  const target = new RenderTarget(widthPx, heightPx);
  const random = new Random(3);
  for (let at = 0; at < target.colours.length; at++) {
    target.colours[at] = random.integer(0, 0xffffffff);
    target.inverseDepths[at] = random.chance(0.1) ? 0 : 2 ** -random.range(0, 12);
  }
  target.inverseDepths.set([0, 0.25, 0.24999, 1e-9, 1 / 8192, 3]);
  return target;
}

test.each([
  [64, 33, 0.002],
  [61, 33, 0.02],
  [7, 1, 0.001],
  [640, 20, 0],
])(
  'the kernel mixes air into %i x %i pixels to the bytes of the definition',
  (width, height, perM) => {
    const [plain, fast] = [targetOf(width, height), targetOf(width, height)];
    const haze = hazeOf(perM, [203.4, 212, 300]);
    addHazePlainly(plain, haze);
    hazeKernel()!.add(fast, haze);
    expect(fast.colours).toEqual(plain.colours);
    const untouched = targetOf(width, height);
    expect(fast.inverseDepths).toEqual(untouched.inverseDepths);
    // Air of no density leaves everything as it was.
    expect(
      Buffer.compare(Buffer.from(plain.colours.buffer), Buffer.from(untouched.colours.buffer)) ===
        0,
    ).toBe(perM === 0);
  },
);

test('far away there is air, near by and in the sky none; the fourth byte is left alone', () => {
  const target = new RenderTarget(4, 1);
  target.colours.fill(0xab000000);
  target.inverseDepths.set([0, 1, 0.01, 0.0005]);
  hazeKernel()!.add(target, hazeOf(0.01, [200, 100, 50]));
  const [sky, near, hundredM, twoKm] = target.colours;
  expect([sky, near]).toEqual([0xab000000, 0xab000000]);
  // A hundred metres keep 1/e of what was there.
  expect(hundredM! & 255).toBeCloseTo(200 * (1 - Math.exp(-1)), -1);
  expect(twoKm! & 255).toBe(200);
  expect(hundredM! >>> 24).toBe(0xab);
});
