import { expect, test } from 'vitest';
import { occlusionMap } from '../../src/explanation/occlusion.js';
import { saliencyAt } from '../../src/explanation/saliency-map.js';

const [widthPx, heightPx] = [64, 48];
/** Grey but for a bright object at 40..48, 16..24. */
const picture = () => {
  const data = new Uint8Array(widthPx * heightPx * 3).fill(90);
  for (let y = 16; y < 24; y++)
    for (let x = 40; x < 48; x++) data.fill(250, (y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3);
  return { widthPx, heightPx, data };
};

/** An answer that follows from the object's pixels alone. */
const brightness = (data: Uint8Array) => {
  let sum = 0;
  for (let y = 16; y < 24; y++) for (let x = 40; x < 48; x++) sum += data[(y * widthPx + x) * 3]!;
  return sum;
};

test('what an answer is based on is hot, and what it never looks at is cold', async () => {
  const image = picture();
  const before = Uint8Array.from(image.data);
  const base = brightness(image.data);
  const map = await occlusionMap(image, async ({ data }) => base - brightness(data), {
    area: [0, 0, widthPx, heightPx],
    patchPx: 8,
    stepPx: 4,
  });
  const at = (x: number, y: number) => saliencyAt(map, x / widthPx, y / heightPx);
  expect(at(44, 20)).toBeGreaterThan(0.8);
  expect(at(10, 40)).toBe(0);
  expect(at(60, 20)).toBeLessThan(0.2);
  expect(image.data).toEqual(before);
});

test('nothing outside the area is ever covered', async () => {
  const image = picture();
  const seen: boolean[] = [];
  await occlusionMap(
    image,
    async ({ data }) => {
      seen.push(data.subarray(0, widthPx * 3 * 30).every((value, i) => value === image.data[i]));
      return 0;
    },
    { area: [0, 40, widthPx, heightPx], patchPx: 8, stepPx: 4 },
  );
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.every(Boolean)).toBe(true);
});

test('an answer that nothing changes leaves a map of zeros, not of NaN', async () => {
  const options = { area: [0, 0, widthPx, heightPx] as const, patchPx: 16, stepPx: 8 };
  const { values } = await occlusionMap(picture(), async () => 0, options);
  expect(values.every((value) => value === 0)).toBe(true);
});
