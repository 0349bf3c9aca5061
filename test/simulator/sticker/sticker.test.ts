import { expect, test } from 'vitest';
import { makeTexture, packRgba } from '../../../simulator/rendering/raster/texture.js';
import { faceWith, stickerPicture } from '../../../simulator/sticker/sticker.js';

const red = packRgba(200, 0, 0, 255);
const cut = packRgba(200, 0, 0, 0);
const face = makeTexture(
  Uint32Array.from({ length: 64 }, (_, i) => (i === 0 ? cut : red)),
  8,
  8,
);
const place = { left: 0.25, top: 0.5, size: 0.5 };
const texelAt = (texture: typeof face, x: number, y: number) =>
  texture.levels[0]!.texels[y * 8 + x]!;

test('a sticker covers its place in its own cells, and leaves the rest and the outline as they are', () => {
  const values = Float32Array.from([1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
  const stuck = faceWith(face, place, { side: 2, values });
  expect(texelAt(stuck, 2, 4)).toBe(packRgba(255, 255, 255, 255));
  expect(texelAt(stuck, 5, 4)).toBe(packRgba(0, 0, 0, 255));
  expect(texelAt(stuck, 5, 7)).toBe(packRgba(255, 255, 255, 255));
  expect(texelAt(stuck, 1, 4)).toBe(red);
  expect(texelAt(stuck, 2, 3)).toBe(red);
  expect(texelAt(stuck, 0, 0)).toBe(cut);
});

test('ramps rise to the right and downwards', () => {
  const level = (looks: 'along x' | 'along y', x: number, y: number) =>
    texelAt(faceWith(face, place, looks), x, y) & 255;
  expect(level('along x', 5, 4)).toBeGreaterThan(level('along x', 2, 4));
  expect(level('along x', 2, 7)).toBe(level('along x', 2, 4));
  expect(level('along y', 2, 7)).toBeGreaterThan(level('along y', 2, 4));
});

test('as printed it has the cells where they are on the sign', () => {
  const values = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]);
  const { data, widthPx } = stickerPicture({ side: 2, values }, 4);
  expect(widthPx).toBe(4);
  expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  expect([...data.subarray(9, 12)]).toEqual([0, 255, 0]);
  expect([...data.subarray(36, 39)]).toEqual([0, 0, 255]);
});
