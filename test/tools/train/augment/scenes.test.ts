import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectionClasses, signClasses } from '../../../../src/perception/classes.js';
import { boxIou, overlapOfSmaller } from '../../../../tools/datasets/box-geometry.js';
import type { DetectionSample, SignSample, TruthBox } from '../../../../tools/datasets/sample.js';
import { boxFromTile, drawTiles, windowForTile } from '../../../../tools/train/augment/mosaic.js';
import { pasteSigns } from '../../../../tools/train/augment/paste-signs.js';
import { signOpacity } from '../../../../tools/train/augment/sign-outline.js';
import { drawSsdWindow } from '../../../../tools/train/augment/ssd-window.js';
import { SampleStore } from '../../../../tools/train/loading/sample-store.js';
import { PictureCache } from '../../../../tools/train/picture-cache.js';
import { createRandom } from '../../../../tools/train/random.js';
import { SampleOrder } from '../../../../tools/train/sample-order.js';
import { mirroredSign } from '../../../../tools/train/tasks/mirrored-signs.js';
import { SceneShower } from '../../../../tools/train/tasks/show-scene.js';
import { inputSpec } from '../../../support/frames.js';

const seeds = fc.nat(1_000_000);
const size = { widthPx: 160, heightPx: 90 };
const grey = { ...size, data: new Uint8Array(160 * 90 * 3).fill(90) };

describe("SSD's crops", () => {
  it('keep the ratio within half to twice and, where they are asked to, overlap a box', () => {
    const boxes: TruthBox[] = [{ className: 'car', boxXyxyPx: [40, 20, 120, 70], weight: 1 }];
    let [expanded, cropped, overlapping] = [0, 0, 0];
    fc.assert(
      fc.property(seeds, (seed) => {
        const window = drawSsdWindow(160, 90, boxes, createRandom(seed));
        const [left, top, right, bottom] = window;
        const ratio = (right - left) / (bottom - top) / (160 / 90);
        expect(ratio).toBeGreaterThan(0.499);
        expect(ratio).toBeLessThan(2.001);
        expect(right - left).toBeLessThanOrEqual(4 * 160 + 1e-9);
        if (right - left > 160) expanded += 1;
        if (left > 0 || top > 0) cropped += 1;
        if (boxIou([...window], boxes[0]!.boxXyxyPx) >= 0.1) overlapping += 1;
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(expanded).toBeGreaterThan(40);
    expect(cropped).toBeGreaterThan(60);
    expect(overlapping).toBeGreaterThan(150);
  });
});

describe('a mosaic', () => {
  it('tiles the input without gaps, and boxes stay inside their tiles', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed);
        const tiles = drawTiles(size, random);
        const covered = new Uint8Array(160 * 90);
        for (const tile of tiles) {
          for (let y = tile.topPx; y < tile.topPx + tile.heightPx; y++) {
            for (let x = tile.leftPx; x < tile.leftPx + tile.widthPx; x++)
              covered[y * 160 + x]! += 1;
          }
          const window = windowForTile([0, 0, 320, 180], tile, size, random);
          expect(Math.min(window[0], window[1])).toBeGreaterThanOrEqual(0);
          expect(window[2]).toBeLessThanOrEqual(320.001);
          // The tile shows the window with the input's own proportions.
          const stretch = (w: number, h: number) => w / h;
          expect(stretch(window[2] - window[0], window[3] - window[1])).toBeCloseTo(
            stretch(tile.widthPx, tile.heightPx),
            6,
          );
          const whole = { classId: 0, boxXyxyNorm: [0, 0, 1, 1] as const, weight: 1 };
          const [left, top, right, bottom] = boxFromTile(whole, tile, size).boxXyxyNorm;
          expect(left * 160).toBeCloseTo(tile.leftPx, 6);
          expect(top * 90).toBeCloseTo(tile.topPx, 6);
          expect((right - left) * 160).toBeCloseTo(tile.widthPx, 6);
          expect((bottom - top) * 90).toBeCloseTo(tile.heightPx, 6);
        }
        expect(covered.every((count) => count === 1)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

const red = { widthPx: 32, heightPx: 32, data: new Uint8Array(32 * 32 * 3) };
red.data.forEach((_value, i) => {
  red.data[i] = i % 3 === 0 ? 230 : 10;
});
const crops: SignSample[] = [0, 12, 13, 14, 18].map((classId) => ({
  id: `crop/${classId}`,
  group: `${classId}`,
  classId,
  load: async () => red,
}));

describe('pasted signs', () => {
  const paste = (seed: number, boxes: TruthBox[] = []) =>
    pasteSigns(
      { image: grey, boxes },
      { crops, load: (crop) => crop.load(), most: 3, edgePx: [8, 40] },
      createRandom(seed),
    );

  it('change pixels inside their boxes alone, and their boxes lie in the picture', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { image, boxes } = await paste(seed);
        expect(grey.data.every((value) => value === 90)).toBe(true);
        for (const { className, boxXyxyPx } of boxes) {
          expect(className).toBe('traffic_sign');
          const [left, top, right, bottom] = boxXyxyPx;
          expect(Math.min(left, top, 160 - right, 90 - bottom)).toBeGreaterThanOrEqual(0);
          // The middle of every outline is the sign itself.
          const x = Math.floor((left + right) / 2);
          const y = Math.floor((top + bottom) / 2);
          expect(image.data[(y * 160 + x) * 3]!).toBeGreaterThan(120);
        }
        for (let i = 0; i < image.data.length; i++) {
          if (image.data[i] === 90) continue;
          const x = Math.floor(i / 3) % 160;
          const y = Math.floor(i / 480);
          const isInside = ({ boxXyxyPx: [l, t, r, b] }: TruthBox) =>
            x > l - 1 && x < r && y > t - 1 && y < b;
          expect(boxes.some(isInside)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('cover nothing that is there already', async () => {
    const there: TruthBox = { className: 'car', boxXyxyPx: [20, 5, 150, 60], weight: 1 };
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { boxes } = await paste(seed, [there]);
        expect(boxes[0]).toBe(there);
        for (const { boxXyxyPx } of boxes.slice(1)) {
          expect(overlapOfSmaller(boxXyxyPx, there.boxXyxyPx)).toBeLessThanOrEqual(0.05);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('have the outline of their class', () => {
    const opacity = (name: (typeof signClasses)[number], x: number, y: number) =>
      signOpacity(signClasses.indexOf(name), x, y, 0.02);
    expect(opacity('speed_limit_30', 0.5, 0.12)).toBe(1);
    expect(opacity('speed_limit_30', 0.15, 0.15)).toBe(0);
    expect(opacity('stop', 0.2, 0.12)).toBe(0);
    expect(opacity('stop', 0.4, 0.12)).toBe(1);
    expect(opacity('general_caution', 0.15, 0.15)).toBe(0);
    expect(opacity('general_caution', 0.15, 0.88)).toBe(1);
    expect(opacity('yield', 0.15, 0.12)).toBe(1);
    expect(opacity('yield', 0.15, 0.88)).toBe(0);
    expect(opacity('priority_road', 0.2, 0.2)).toBe(0);
  });
});

describe('a mirrored sign', () => {
  const mirror = (name: (typeof signClasses)[number]) => {
    const id = mirroredSign(signClasses.indexOf(name));
    return id === undefined ? undefined : signClasses[id];
  };
  it('keeps its meaning, takes the other one, or is not mirrored', () => {
    expect(mirror('yield')).toBe('yield');
    expect(mirror('keep_right')).toBe('keep_left');
    expect(mirror('keep_left')).toBe('keep_right');
    expect(mirror('speed_limit_30')).toBeUndefined();
    expect(mirror('roundabout_mandatory')).toBeUndefined();
    signClasses.forEach((_name, id) => {
      const other = mirroredSign(id);
      if (other !== undefined) expect(mirroredSign(other)).toBe(id);
    });
  });
});

describe('a scene as the detector is shown it', () => {
  const input = inputSpec({
    widthPx: 64,
    heightPx: 36,
    layout: 'nchw',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
    padValue: 0,
  });
  /** A white car on black: where the box is, the picture is white. */
  const sample = (left: number): DetectionSample => ({
    id: `made/${left}`,
    group: 'made',
    boxes: [{ className: 'car', boxXyxyPx: [left, 30, left + 60, 70], weight: 1 }],
    load: async () => {
      const data = new Uint8Array(160 * 90 * 3);
      for (let y = 30; y < 70; y++) data.fill(255, (y * 160 + left) * 3, (y * 160 + left + 60) * 3);
      return { ...size, data };
    },
  });
  const samples = [10, 50, 90].map(sample);
  const dataset = { task: 'detection' as const, name: 'made', licence: '', samples, problems: [] };
  const store = new SampleStore(
    new SampleOrder([{ dataset, weight: 1 }], 1),
    new PictureCache(2 ** 20),
  );

  it.each([
    ['windows', {}],
    ['SSD crops', { crop: 'ssd' as const }],
    ['mosaics', { mosaic: 1 }],
  ])('has its boxes where its objects are: %s', async (_name, changes) => {
    const shower = new SceneShower({ colour: 0, flip: 0.5, geometry: 1, ...changes }, input);
    let boxes = 0;
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const out = new Float32Array(3 * 64 * 36);
        const seen = await shower.show(samples[seed % 3]!, createRandom(seed), store, out, 0);
        for (const { classId, boxXyxyNorm } of seen) {
          expect(classId === -1 || detectionClasses[classId] === 'car').toBe(true);
          const [left, top, right, bottom] = boxXyxyNorm;
          const [x0, x1] = [Math.ceil(left * 64) + 1, Math.floor(right * 64) - 1];
          const [y0, y1] = [Math.ceil(top * 36) + 1, Math.floor(bottom * 36) - 1];
          for (let y = y0; y < y1; y++)
            for (let x = x0; x < x1; x++) expect(out[y * 64 + x]!).toBeGreaterThan(250);
          boxes += 1;
        }
        const isInBox = (x: number, y: number) =>
          seen.some(
            ({ boxXyxyNorm: [l, t, r, b] }) =>
              x > l * 64 - 2 && x < r * 64 + 2 && y > t * 36 - 2 && y < b * 36 + 2,
          );
        for (let i = 0; i < 64 * 36; i++) {
          if (out[i]! > 250) expect(isInBox(i % 64, Math.floor(i / 64))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
    expect(boxes).toBeGreaterThan(20);
  });
});
