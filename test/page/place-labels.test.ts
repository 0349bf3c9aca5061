import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Area, placeLabels } from '../../page/drawing/place-labels.js';

const label = (boxXyxyPx: Area, labelWidthPx = 100) => ({ boxXyxyPx, labelWidthPx });

test('a label stands above its box, and below it where another one stands there', () => {
  const areas = placeLabels(
    [label([100, 200, 150, 250]), label([110, 198, 160, 240])],
    20,
    1280,
    720,
  );
  expect(areas).toEqual([
    [100, 180, 200, 200],
    [110, 240, 210, 260],
  ]);
});

test('labels stay inside the frame, and two of a pair of boxes never hide each other', () => {
  const edge = fc.integer({ min: -50, max: 1300 });
  const box = fc.tuple(edge, edge, edge, edge).map(([x, y, width, height]): Area => {
    return [x, y % 720, x + Math.abs(width), (y % 720) + Math.abs(height % 700)];
  });
  fc.assert(
    fc.property(box, box, (a, b) => {
      const areas = placeLabels([label(a), label(b)], 20, 1280, 720);
      for (const [left, top, right, bottom] of areas)
        expect(left >= 0 && top >= 0 && right <= 1280 && bottom <= 720).toBe(true);
      const [first, second] = areas as [Area, Area];
      const isApart =
        first[2] <= second[0] ||
        second[2] <= first[0] ||
        first[3] <= second[1] ||
        second[3] <= first[1];
      expect(isApart).toBe(true);
    }),
  );
});
