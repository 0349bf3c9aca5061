import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { strengths } from '../../../tools/corruptions/corruption.js';
import {
  corrupt,
  corruptionNames,
  requireCorruptions,
  stillCorruptions,
} from '../../../tools/corruptions/corruption-table.js';
import type { RgbImage } from '../../../tools/datasets/sample.js';

/** Stripes and a slope, so that every change shows. */
function picture(widthPx = 64, heightPx = 48): RgbImage {
  const data = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % widthPx, Math.floor(pixel / widthPx)];
    return 60 + ((x >> 2) % 2) * 70 + y + (i % 3) * 12;
  });
  return { widthPx, heightPx, data };
}

const sum = ({ data }: RgbImage) => createHash('sha256').update(data).digest('hex');
const distance = (a: RgbImage, b: RgbImage) =>
  a.data.reduce((total, level, i) => total + (level - b.data[i]!) ** 2, 0) / a.data.length;

test('there are fifteen, and those that move things are told apart', () => {
  expect(corruptionNames).toHaveLength(15);
  expect(corruptionNames.filter((name) => !stillCorruptions.includes(name))).toEqual([
    'rolling-shutter',
    'tilt',
    'wrong-calibration',
  ]);
});

test.each(corruptionNames)(
  '%s: the same seed gives the same bytes, another strength other ones',
  (name) => {
    const clean = picture();
    const before = sum(clean);
    const found = strengths.map((strength) => corrupt(clean, name, strength, 9));
    expect(sum(clean)).toBe(before);
    expect(new Set(found.map(sum)).size).toBe(5);
    for (const { widthPx, heightPx, data } of found)
      expect([widthPx, heightPx, data.length]).toEqual([64, 48, 64 * 48 * 3]);
    expect(sum(corrupt(clean, name, 3, 9))).toBe(sum(found[2]!));
  },
);

test.each(corruptionNames)(
  '%s: the fifth strength changes a picture more than the first',
  (name) => {
    const clean = picture(160, 120);
    const mean = (strength: 1 | 5) =>
      [1, 2, 3, 4].reduce(
        (all, seed) => all + distance(corrupt(clean, name, strength, seed), clean),
        0,
      );
    expect(mean(1)).toBeGreaterThan(0);
    expect(mean(5)).toBeGreaterThan(mean(1));
  },
);

test('one degree of tilt turns a point at the right edge by what the sine says', () => {
  const clean: RgbImage = { widthPx: 201, heightPx: 201, data: new Uint8Array(201 * 201 * 3) };
  for (let x = 0; x < 201; x++) clean.data.fill(255, (100 * 201 + x) * 3, (100 * 201 + x) * 3 + 3);
  const { data } = corrupt(clean, 'tilt', 2, 1);
  const brightest = (x: number) => {
    let [best, most] = [0, -1];
    for (let y = 0; y < 201; y++) {
      const level = data[(y * 201 + x) * 3]!;
      if (level > most) [best, most] = [y, level];
    }
    return best;
  };
  // 90 px from the middle: 90 sin(1 degree) = 1.6 px, to opposite sides.
  expect(Math.abs(brightest(190) - brightest(10))).toBeCloseTo(3.1, -0.5);
});

test('an unknown name is answered with the known ones', () => {
  expect(() => requireCorruptions(['fogg'])).toThrow(
    /expected corruptions of noise, .*found fogg; did you mean "fog"/,
  );
});
