import { describe, expect, test } from 'vitest';
import { rectifiedRigCamera } from '../../../../simulator/rendering/camera.js';
import { pictureKernel } from '../../../../simulator/rendering/capture/picture-kernel.js';
import { type Capture, planCapture } from '../../../../simulator/rendering/capture/plan-capture.js';
import {
  developmentOf,
  developPlainly,
} from '../../../../simulator/rendering/capture/take-picture.js';
import { plainConditions } from '../../../../simulator/world/conditions.js';
import { Random } from '../../../../simulator/world/random.js';

/** A camera's view of noise: every value that a channel can have, next to every other. */
function viewOf(widthPx: number, heightPx: number, seed: number): Capture {
  const capture = planCapture(rectifiedRigCamera(widthPx, heightPx).model, 1.5);
  const random = new Random(seed);
  const { colours } = capture.target;
  for (let at = 0; at < colours.length; at++) colours[at] = random.integer(0, 0xffffffff);
  return capture;
}

const even = { ...plainConditions(new Random(1)), noise: 0, vignette: 0, blur: 0 };
const kinds = [
  ['as it is', even],
  ['with a vignette', { ...even, vignette: 0.3 }],
  ['with noise', { ...even, noise: 4 }],
  ['softened', { ...even, blur: 0.4 }],
  ['softened altogether', { ...even, blur: 1 }],
  ['dark, with everything', { ...even, gamma: 1.4, vignette: 0.2, noise: 9, blur: 0.2 }],
] as const;

describe.each(kinds)('a picture %s', (_, conditions) => {
  // Rows that are no whole number of vectors, and a picture that is all edge.
  test.each([
    [96, 64],
    [97, 53],
    [64, 97],
    [3, 3],
  ])(
    'of %i x %i is developed by the kernel to the bytes of its definition',
    (widthPx, heightPx) => {
      const view = viewOf(widthPx, heightPx, 5);
      const development = developmentOf(conditions, widthPx, heightPx, 77);
      const plain = developPlainly(view, development);
      expect(new Set(plain).size).toBeGreaterThan(widthPx > 3 ? 200 : 5);
      expect(Buffer.compare(pictureKernel()!.develop(view, development), plain)).toBe(0);
    },
  );
});

test('pictures of several cameras in turn: each has its own way through the lens and its own noise', () => {
  const views = [viewOf(96, 64, 1), viewOf(96, 64, 2), viewOf(64, 96, 3), viewOf(320, 180, 4)];
  const kernel = pictureKernel()!;
  for (const [index, order] of [0, 1, 2, 3, 0, 2, 1, 3, 3, 0].entries()) {
    const view = views[order]!;
    const [widthPx, heightPx] = [
      [96, 64],
      [96, 64],
      [64, 96],
      [320, 180],
    ][order] as [number, number];
    const conditions = { ...even, noise: index % 3 };
    const development = developmentOf(conditions, widthPx, heightPx, index);
    const plain = developPlainly(view, development);
    expect(Buffer.compare(kernel.develop(view, development), plain)).toBe(0);
  }
});
