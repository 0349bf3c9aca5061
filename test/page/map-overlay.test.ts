import { create } from '@bufbuild/protobuf';
import { afterEach, expect, test, vi } from 'vitest';
import { MapOverlay, type MapView } from '../../page/drawing/map-overlay.js';
import type { Sheet } from '../../page/drawing/sheet.js';
import {
  type Segmentation,
  SegmentationSchema,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationPaletteOf } from '../../src/perception/classes.js';
import type { InputPlacement } from '../../src/preprocess/input-geometry.js';
import { recordedPlacement } from '../../src/preprocess/recorded-placement.js';

afterEach(() => vi.unstubAllGlobals());

/** Draws a class map over a frame; returns the overlay's pixels, or the outline of its free space. */
function drawn(segmentation: Segmentation, widthPx: number, heightPx: number, view: MapView) {
  let pixels: Uint8ClampedArray = new Uint8ClampedArray();
  const outline: [number, number][] = [];
  const context = {
    putImageData: ({ data }: { data: Uint8ClampedArray }) => {
      pixels = data;
    },
    lineTo: (x: number, y: number) => outline.push([x, y]),
    ...Object.fromEntries(
      ['drawImage', 'save', 'restore', 'beginPath', 'stroke', 'fill'].map((name) => [
        name,
        () => {},
      ]),
    ),
  };
  vi.stubGlobal('document', { createElement: () => ({ getContext: () => context }) });
  vi.stubGlobal(
    'ImageData',
    class {
      readonly data: Uint8ClampedArray;
      constructor(width: number, height: number) {
        this.data = new Uint8ClampedArray(width * height * 4);
      }
    },
  );
  const sheet = { context, widthPx, heightPx, unitPx: 1 } as unknown as Sheet;
  const overlay = new MapOverlay();
  overlay.draw(sheet, segmentation, view);
  overlay.drawFreeSpace(sheet, segmentation, view);
  return { pixels, outline };
}

test('a class map of a network with classes of its own is drawn in the colours of their names', () => {
  const classNames = [...Array.from({ length: 12 }, (_, id) => `class_${id}`), 'road'];
  const segmentation = create(SegmentationSchema, {
    ...{ widthPx: 2, heightPx: 1, classNames },
    ...{ runLengths: [1, 1], runClasses: Uint8Array.of(11, 12) },
  });
  const { pixels } = drawn(segmentation, 2, 1, {});
  const palette = segmentationPaletteOf(classNames);
  expect([...pixels.subarray(0, 3)]).toEqual([...palette[11]!]);
  expect([...pixels.subarray(4, 7)]).toEqual([...palette[12]!]);
});

test.each<[string, InputPlacement, string[]]>([
  [
    'a region of interest',
    { regionNorm: [0, 0.5, 1, 1], fit: 'stretch', widthPx: 4, heightPx: 2 },
    ['....', '....', 'aabb', 'aabb'],
  ],
  [
    'a letterbox',
    { regionNorm: [0, 0, 1, 1], fit: 'letterbox', widthPx: 8, heightPx: 4 },
    ['aabb', 'aabb', 'aabb', 'aabb'],
  ],
  [
    'a letterbox in the corner',
    { regionNorm: [0, 0, 1, 1], fit: 'letterbox-top-left', widthPx: 8, heightPx: 4 },
    ['aaaa', 'aaaa', 'aaaa', 'aaaa'],
  ],
])('a class map is drawn where its network looked: %s', (_name, input, expected) => {
  // The left half of the input is of one class, the right half of another.
  const segmentation = create(SegmentationSchema, {
    ...{ widthPx: 8, heightPx: 1, classNames: ['road', 'sky'] },
    ...{ runLengths: [4, 4], runClasses: Uint8Array.of(0, 1), freeSpace: [0.5, 0.5] },
  });
  const { pixels, outline } = drawn(segmentation, 4, 4, { input });
  const letterOf = (pixel: number) => {
    if (pixels[pixel * 4 + 3] === 0) return '.';
    return pixels[pixel * 4 + 1] === segmentationPaletteOf(['road', 'sky'])[0]![1] ? 'a' : 'b';
  };
  const rows = [0, 1, 2, 3].map((y) => [0, 1, 2, 3].map((x) => letterOf(y * 4 + x)).join(''));
  expect(rows).toEqual(expected);
  const regionTop = 4 * input.regionNorm[1];
  const ys = outline.map(([, y]) => y);
  expect(ys).toEqual([(regionTop + 4) / 2, (regionTop + 4) / 2, 4, 4]);
});

test('what a network saw is read from the facts that a recording holds of it', () => {
  const input = { regionNorm: [0, 0.4, 1, 1], fit: 'letterbox', widthPx: 320, heightPx: 96 };
  const facts = (changes: object) =>
    JSON.stringify({ input: { ...input, colour: 'rgb', ...changes } });
  expect(recordedPlacement(facts({}))).toEqual(input);
  for (const wrong of [
    { regionNorm: [0, 0.4, 1] },
    { regionNorm: [0, 0.4, 1, 1.5] },
    { regionNorm: [0.5, 0.4, 0.5, 1] },
    { regionNorm: 'all' },
    { fit: 'crop' },
    { widthPx: 0 },
    { heightPx: '96' },
  ])
    expect(recordedPlacement(facts(wrong))).toBeUndefined();
  for (const text of [undefined, '', 'null', '{}', '[]'])
    expect(recordedPlacement(text)).toBeUndefined();
});
