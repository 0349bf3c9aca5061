import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlapOfSmaller } from '../../../../tools/datasets/box-geometry.js';
import type { TruthBox } from '../../../../tools/datasets/sample.js';
import { pasteLights } from '../../../../tools/train/augment/paste-lights.js';
import {
  drawTrafficLight,
  trafficLightAspect,
  trafficLightAt,
} from '../../../../tools/train/augment/traffic-light.js';
import { createRandom } from '../../../../tools/train/random.js';

const seeds = fc.nat(1_000_000);
const grey = { widthPx: 160, heightPx: 90, data: new Uint8Array(160 * 90 * 3).fill(90) };

describe('a drawn traffic light', () => {
  it('is upright or lying as its lamps are, and shines where one is lit alone', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const light = drawTrafficLight(createRandom(seed));
        const aspect = trafficLightAspect(light);
        expect(light.isHorizontal ? aspect > 1 : aspect < 1).toBe(true);
        const ends = (light.lamps - 1) / 2 + light.endMargin + light.board;
        const colour = new Float64Array(4);
        const brightest = light.isLit.map((_lit, lamp) => {
          const place = 0.5 + (lamp - (light.lamps - 1) / 2) / (2 * ends);
          const [x, y] = light.isHorizontal ? [place, 0.5] : [0.5, place];
          trafficLightAt({ ...light, shear: 0 }, x!, y!, 1, 0.02, colour);
          expect(colour[3]).toBe(1);
          return Math.max(colour[0]!, colour[1]!, colour[2]!);
        });
        light.isLit.forEach((lit, lamp) => {
          if (lit) expect(brightest[lamp]!).toBeGreaterThan(200);
          else expect(brightest[lamp]!).toBeLessThan(130);
        });
        expect(light.isLit.filter(Boolean).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('pasted traffic lights', () => {
  it('change pixels inside their boxes alone and cover nothing that is there', () => {
    const there: TruthBox = { className: 'car', boxXyxyPx: [60, 40, 110, 80], weight: 1 };
    let count = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const scene = { image: grey, boxes: [there] };
        const { image, boxes } = pasteLights(
          scene,
          { most: 3, edgePx: [8, 50] },
          createRandom(seed),
        );
        expect(grey.data.every((value) => value === 90)).toBe(true);
        expect(boxes[0]).toBe(there);
        const lights = boxes.slice(1);
        count += lights.length;
        for (const { className, boxXyxyPx } of lights) {
          expect(className).toBe('traffic_light');
          const [left, top, right, bottom] = boxXyxyPx;
          expect(Math.min(left, top, 160 - right, 90 - bottom)).toBeGreaterThanOrEqual(0);
          expect(overlapOfSmaller(boxXyxyPx, there.boxXyxyPx)).toBeLessThanOrEqual(0.05);
        }
        for (let i = 0; i < image.data.length; i++) {
          if (image.data[i] === 90) continue;
          const [x, y] = [Math.floor(i / 3) % 160, Math.floor(i / 480)];
          const isInside = lights.some(
            ({ boxXyxyPx: [l, t, r, b] }) => x > l - 1 && x < r && y > t - 1 && y < b,
          );
          expect(isInside).toBe(true);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
    expect(count).toBeGreaterThan(30);
  });
});
