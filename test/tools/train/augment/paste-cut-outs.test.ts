import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlapOfSmaller } from '../../../../tools/datasets/box-geometry.js';
import type { DetectionSample, TruthBox } from '../../../../tools/datasets/sample.js';
import { cutOutsOf, pasteCutOuts } from '../../../../tools/train/augment/paste-cut-outs.js';
import { createRandom } from '../../../../tools/train/random.js';

const size = { widthPx: 160, heightPx: 90 };
const grey = { ...size, data: new Uint8Array(160 * 90 * 3).fill(90) };
const object = (className: string, boxXyxyPx: TruthBox['boxXyxyPx'], weight = 1): TruthBox => ({
  className,
  boxXyxyPx,
  weight,
});
const light = object('traffic_light', [100, 40, 120, 100]);

/** Grey of the same light, 200 x 200, with a light whose left half is red and whose right half is blue. */
const sample: DetectionSample = {
  id: 'street',
  group: 'street',
  boxes: [
    light,
    object('traffic_light', [10, 10, 30, 60], 0.6),
    object('traffic_light', [150, 10, 155, 60]),
    object('car', [10, 100, 90, 150]),
  ],
  load: async () => {
    const data = new Uint8Array(200 * 200 * 3).fill(90);
    for (let y = 40; y < 100; y++)
      for (let x = 100; x < 120; x++)
        data.set(x < 110 ? [255, 0, 0] : [0, 0, 255], (y * 200 + x) * 3);
    return { widthPx: 200, heightPx: 200, data };
  },
};

const paste = (seed: number, boxes: TruthBox[] = []) =>
  pasteCutOuts(
    { image: grey, boxes },
    {
      cutOuts: cutOutsOf([sample], ['traffic_light']),
      load: (from) => from.load(),
      most: 3,
      scale: [0.5, 1.2],
    },
    createRandom(seed),
  );

test("cut out is what the classes name, no teacher's opinion, and large enough", () => {
  expect(cutOutsOf([sample], ['traffic_light'])).toEqual([{ sample, box: light }]);
  expect(cutOutsOf([sample], ['traffic_light', 'car'])).toHaveLength(2);
  expect(cutOutsOf([sample], ['bus'])).toEqual([]);
});

test('a pasted object fills its box, in the share of the picture that it had, mirrored or not', async () => {
  const mirrored = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
      const { image, boxes } = await paste(seed);
      expect(grey.data.every((value) => value === 90)).toBe(true);
      for (const { className, boxXyxyPx, weight } of boxes) {
        expect([className, weight]).toEqual(['traffic_light', 1]);
        const [left, top, right, bottom] = boxXyxyPx;
        expect(Math.min(left, top, 160 - right, 90 - bottom)).toBeGreaterThanOrEqual(0);
        // A tenth of the width and three tenths of the height, times 0.5 to 1.2 and what findPlace adds.
        expect((right - left) / 16).toBeGreaterThan(0.35);
        expect((right - left) / 16).toBeLessThan(1.7);
        const share = (bottom - top) / 27 / ((right - left) / 16);
        expect(share).toBeGreaterThan(0.6);
        expect(share).toBeLessThan(1.6);
        const row = Math.floor((top + bottom) / 2);
        const at = (share: number) => (row * 160 + Math.floor(left + share * (right - left))) * 3;
        const isRedLeft = image.data[at(0.25)]! > image.data[at(0.25) + 2]!;
        expect(image.data[at(0.75)]! > image.data[at(0.75) + 2]!).toBe(!isRedLeft);
        mirrored.add(isRedLeft);
      }
      const isInside = (x: number, y: number) =>
        boxes.some(({ boxXyxyPx: [l, t, r, b] }) => x + 1 > l && x < r && y + 1 > t && y < b);
      for (let i = 0; i < image.data.length; i++)
        if (image.data[i] !== 90)
          expect(isInside(Math.floor(i / 3) % 160, Math.floor(i / 480))).toBe(true);
    }),
    { numRuns: 25 },
  );
  expect(mirrored.size).toBe(2);
});

test('what stands there already is left uncovered', async () => {
  const there = object('car', [20, 5, 150, 60]);
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
      const { boxes } = await paste(seed, [there]);
      expect(boxes[0]).toBe(there);
      for (const { boxXyxyPx } of boxes.slice(1))
        expect(overlapOfSmaller(boxXyxyPx, there.boxXyxyPx)).toBeLessThanOrEqual(0.05);
    }),
    { numRuns: 50 },
  );
});
