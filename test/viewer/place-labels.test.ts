import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LabelArea, leaderLine, placeLabels } from '../../src/viewer/place-labels.js';

const picture = { widthPx: 640, heightPx: 360 };
const box = (x: number, y: number, widthPx: number, heightPx: number): LabelArea => ({
  x,
  y,
  widthPx,
  heightPx,
});
const overlap = (a: LabelArea, b: LabelArea) =>
  Math.min(a.x + a.widthPx, b.x + b.widthPx) - Math.max(a.x, b.x) > 1e-9 &&
  Math.min(a.y + a.heightPx, b.y + b.heightPx) - Math.max(a.y, b.y) > 1e-9;

test('a label stands above its box, and one that finds another there stands elsewhere', () => {
  const label = { widthPx: 80, heightPx: 20, box: box(100, 100, 60, 60) };
  const [first, second] = placeLabels([label, label], picture);
  expect(first).toEqual({ x: 100, y: 80, widthPx: 80, heightPx: 20 });
  expect(second).toBeDefined();
  expect(overlap(first!, second!)).toBe(false);
});

test('labels never cover each other, what is taken, or leave the picture', () => {
  const label = fc.record({
    widthPx: fc.integer({ min: 20, max: 260 }),
    heightPx: fc.constant(20),
    box: fc.record({
      x: fc.integer({ min: -20, max: 640 }),
      y: fc.integer({ min: -20, max: 360 }),
      widthPx: fc.integer({ min: 1, max: 300 }),
      heightPx: fc.integer({ min: 1, max: 200 }),
    }),
  });
  const taken = [box(280, 280, 80, 80)];
  fc.assert(
    fc.property(fc.array(label, { maxLength: 40 }), (labels) => {
      const places = placeLabels(labels, picture, taken);
      expect(places).toHaveLength(labels.length);
      const areas = [...taken, ...places.filter((each) => each !== undefined)];
      for (const [index, area] of areas.entries()) {
        for (const other of areas.slice(index + 1)) expect(overlap(area, other)).toBe(false);
        expect(area.x).toBeGreaterThanOrEqual(0);
        expect(area.y).toBeGreaterThanOrEqual(0);
        expect(area.x + area.widthPx).toBeLessThanOrEqual(picture.widthPx);
        expect(area.y + area.heightPx).toBeLessThanOrEqual(picture.heightPx);
      }
    }),
  );
});

test('a crowd in one place still has labels, in rows', () => {
  const labels = Array.from({ length: 12 }, () => ({
    widthPx: 100,
    heightPx: 20,
    box: box(300, 170, 20, 20),
  }));
  expect(placeLabels(labels, picture).every((place) => place !== undefined)).toBe(true);
});

test('a line leads from a label to its box where they stand apart, and none where they touch', () => {
  const low = box(300, 200, 40, 30);
  expect(leaderLine(box(300, 180, 80, 20), low)).toBeUndefined();
  expect(leaderLine(box(400, 140, 80, 20), low)).toEqual({ from: [400, 160], to: [320, 200] });
  expect(leaderLine(box(260, 270, 80, 20), low)).toEqual({ from: [320, 270], to: [320, 230] });
});
