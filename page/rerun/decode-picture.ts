import { withoutExif } from '../../src/codec/jpeg-header.js';

/** A picture's pixels: packed rgb8, row-major, as the rig's decoder gives them (colours as stored). */
export interface DecodedPicture {
  widthPx: number;
  heightPx: number;
  data: Uint8Array;
}

/** Larger pictures are not decoded: a wrong size must not fill the memory. */
const maxPixels = 8192 * 8192;

/** Reads the pixels of a JPEG, another picture that the browser knows, or a video frame. Rejects with the browser's error. */
export async function decodePicture(
  picture: Uint8Array<ArrayBuffer> | ImageBitmap,
): Promise<DecodedPicture> {
  const bitmap =
    picture instanceof ImageBitmap
      ? picture
      : await createImageBitmap(new Blob([withoutExif(picture)]), {
          colorSpaceConversion: 'none',
          premultiplyAlpha: 'none',
        });
  const { width: widthPx, height: heightPx } = bitmap;
  if (widthPx * heightPx > maxPixels) throw new Error(`${widthPx}x${heightPx} is too large`);
  const context = new OffscreenCanvas(widthPx, heightPx).getContext('2d', {
    willReadFrequently: true,
  })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, widthPx, heightPx).data;
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { widthPx, heightPx, data };
}
