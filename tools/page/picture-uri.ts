import { encodeJpeg, encodePng, resizeImage } from '../../src/codec/image-codec.js';
import type { RgbImage, SampleBase } from '../datasets/sample.js';

/** A picture that is embedded in the page. */
export interface PictureUri {
  /** data:image/... */
  uri: string;
  /** Size as encoded. */
  widthPx: number;
  heightPx: number;
}

const photoQuality = 72;

/** A photograph as JPEG, scaled down if it is wider than `maxWidthPx`. */
export async function photoUri(image: RgbImage, maxWidthPx: number): Promise<PictureUri> {
  const { widthPx, heightPx } = image;
  const scale = Math.min(1, maxWidthPx / widthPx);
  const shown =
    scale === 1
      ? image
      : await resizeImage(image, maxWidthPx, Math.max(1, Math.round(heightPx * scale)));
  const bytes = await encodeJpeg(shown, photoQuality);
  return asUri('jpeg', bytes, shown);
}

/** A crop or drawing as PNG, lossless: JPEG would smear its few pixels and flat colours. */
export async function exactUri(image: RgbImage): Promise<PictureUri> {
  return asUri('png', await encodePng(image), image);
}

function asUri(kind: string, bytes: Uint8Array, { widthPx, heightPx }: RgbImage): PictureUri {
  const uri = `data:image/${kind};base64,${Buffer.from(bytes).toString('base64')}`;
  return { uri, widthPx, heightPx };
}

/** Loads the pixels of a sample again; undefined if its file has gone meanwhile. */
export async function loadAgain(sample: SampleBase): Promise<RgbImage | undefined> {
  try {
    return await sample.load();
  } catch {
    return undefined;
  }
}
