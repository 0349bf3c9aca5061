import { create } from '@bufbuild/protobuf';
import { afterEach, expect, test, vi } from 'vitest';
import { MapOverlay } from '../../page/drawing/map-overlay.js';
import type { Sheet } from '../../page/drawing/sheet.js';
import { SegmentationSchema } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { segmentationPaletteOf } from '../../src/perception/classes.js';

afterEach(() => vi.unstubAllGlobals());

test('a class map of a network with classes of its own is drawn in the colours of their names', () => {
  let drawn: Uint8ClampedArray = new Uint8ClampedArray();
  const context = {
    putImageData: ({ data }: { data: Uint8ClampedArray }) => {
      drawn = data;
    },
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
  const classNames = [...Array.from({ length: 12 }, (_, id) => `class_${id}`), 'road'];
  const segmentation = create(SegmentationSchema, {
    ...{ widthPx: 2, heightPx: 1, classNames },
    ...{ runLengths: [1, 1], runClasses: Uint8Array.of(11, 12) },
  });
  const sheet = { context: { drawImage() {} }, widthPx: 2, heightPx: 1, unitPx: 1 };
  new MapOverlay().draw(sheet as unknown as Sheet, segmentation, undefined);
  const palette = segmentationPaletteOf(classNames);
  expect([...drawn.subarray(0, 3)]).toEqual([...palette[11]!]);
  expect([...drawn.subarray(4, 7)]).toEqual([...palette[12]!]);
});
