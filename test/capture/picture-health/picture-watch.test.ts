import { expect, test } from 'vitest';
import { pictureHealthSchema } from '../../../src/capture/picture-health/picture-health-schema.js';
import { PictureWatch } from '../../../src/capture/picture-health/picture-watch.js';
import { type FrameLayout, frameBytes, type PixelFormat } from '../../../src/frame/frame.js';

const layoutOf = (format: PixelFormat): FrameLayout => ({
  ...{ format, widthPx: 128, heightPx: 72 },
  strideBytes: format === 'rgb8' ? 384 : 128,
});

/** What is reported of a picture of one shade that lasts for 1.5 s. */
function codesOf(format: PixelFormat, shade: number): readonly string[] {
  const layout = layoutOf(format);
  const watch = new PictureWatch(layout, undefined, pictureHealthSchema.parse({}));
  const pixels = new Uint8Array(frameBytes(layout)).fill(128);
  pixels.fill(shade, 0, layout.strideBytes * layout.heightPx);
  let codes: readonly string[] = [];
  for (let ms = 0; ms <= 1500; ms += 100) codes = watch.take(pixels, BigInt(ms) * 1_000_000n);
  return codes;
}

test('white, grey and black are the same in NV12, whose luma is that of video, as in rgb8', () => {
  expect(codesOf('rgb8', 255)).toEqual(['picture_overexposed']);
  expect(codesOf('nv12', 235)).toEqual(['picture_overexposed']);
  expect(codesOf('rgb8', 128)).toEqual([]);
  expect(codesOf('nv12', 126)).toEqual([]);
  // A covered lens with some noise: 16 of 255.
  expect(codesOf('rgb8', 16)).toEqual(['picture_black']);
  expect(codesOf('nv12', 30)).toEqual(['picture_black']);
});
