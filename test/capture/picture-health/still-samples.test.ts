import { expect, test } from 'vitest';
import {
  sampleCount,
  samplesX,
  samplesY,
} from '../../../src/capture/picture-health/picture-samples.js';
import { StillSamples } from '../../../src/capture/picture-health/still-samples.js';

/** Share of the largest still spot after 25 s of a scene that moves everywhere but where `isStill` says. */
function largestSpot(isStill: (x: number, y: number) => boolean, luma = 60): number {
  const samples = new StillSamples();
  const picture = new Uint8Array(sampleCount);
  let share = 0;
  for (let second = 0; second <= 25; second++) {
    for (let i = 0; i < sampleCount; i++) {
      const [x, y] = [i % samplesX, Math.floor(i / samplesX)];
      picture[i] = isStill(x, y) ? luma + (second % 2) : 40 + ((7 * x + 3 * y + 29 * second) % 90);
    }
    share = samples.take(picture, BigInt(second) * 1_000_000_000n);
  }
  return share;
}

const disc = (cx: number, cy: number, radius: number) => (x: number, y: number) =>
  Math.hypot(x - cx, y - cy) <= radius;

test('a spot that stands still while the scene around it moves is found, with its size', () => {
  const share = largestSpot(disc(30, 18, 6));
  expect(share).toBeCloseTo((Math.PI * 36) / sampleCount, 2);
});

test('a spot at the border of the picture is found too', () => {
  expect(largestSpot(disc(0, 18, 6))).toBeGreaterThan(0.02);
});

test.each([
  ['a bonnet, which reaches along the border', (_: number, y: number) => y > samplesY - 6, 60],
  ['a picture in which nothing moves', () => true, 60],
  ['a spot that is as small as grain', disc(30, 18, 1), 60],
  ['a bright sky between roofs', disc(30, 10, 6), 240],
  [
    'a road, half of whose surroundings stand still',
    (x: number, y: number) => disc(30, 18, 5)(x, y) || (x > 36 && x < 64) || y > 23,
    60,
  ],
])('%s is no dirt', (_, isStill, luma) => {
  expect(largestSpot(isStill, luma)).toBe(0);
});
