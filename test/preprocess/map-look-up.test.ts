import { expect, test } from 'vitest';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import { inputSpec } from '../support/frames.js';

const lower: [number, number, number, number] = [0, 0.5, 1, 1];
const image = { widthPx: 16, heightPx: 16 };

test('above a region, the padding of a letterbox shows nothing of the picture', () => {
  const spec = inputSpec({ widthPx: 8, heightPx: 8, regionNorm: lower, fit: 'letterbox' });
  const places = new MapLookUp(spec, undefined).placesFor(image, 8, 8);
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 16; x++) {
      const shown = y < 8 ? -1 : (2 + ((y - 8) >> 1)) * 8 + (x >> 1);
      expect(places[y * 16 + x]).toBe(shown);
    }
});

test('a stretched region fills the map to its last row', () => {
  const spec = inputSpec({ widthPx: 8, heightPx: 8, regionNorm: lower, fit: 'stretch' });
  const places = new MapLookUp(spec, undefined).placesFor(image, 8, 8);
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 16; x++)
      expect(places[y * 16 + x]).toBe(y < 8 ? -1 : (y - 8) * 8 + (x >> 1));
});
