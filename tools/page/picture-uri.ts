import { encodeJpeg, encodePng, resizeImage } from '../../src/codec/image-codec.js';
import type { BoxXyxy } from '../datasets/box-geometry.js';
import type { RgbImage, SampleBase } from '../datasets/sample.js';

/** A picture that stands in the page itself. */
export interface PictureUri {
  /** data:image/... */
  uri: string;
  /** As encoded. */
  widthPx: number;
  heightPx: number;
}

const photoQuality = 72;

/** A photograph as JPEG, made smaller where it is wider than `maxWidthPx`. */
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

/** A crop or a drawing as PNG, pixel by pixel: JPEG would smear its few pixels and its plain colours. */
export async function exactUri(image: RgbImage): Promise<PictureUri> {
  return asUri('png', await encodePng(image), image);
}

function asUri(kind: string, bytes: Uint8Array, { widthPx, heightPx }: RgbImage): PictureUri {
  const uri = `data:image/${kind};base64,${Buffer.from(bytes).toString('base64')}`;
  return { uri, widthPx, heightPx };
}

/** The pixels of a sample that was loaded before, or undefined where its file has gone meanwhile. */
export async function loadAgain(sample: SampleBase): Promise<RgbImage | undefined> {
  try {
    return await sample.load();
  } catch {
    return undefined;
  }
}

/** A copy of the part of a picture that a box covers, whole pixels, at least one. */
export function cutOut(image: RgbImage, box: Readonly<BoxXyxy>): RgbImage {
  const left = Math.max(0, Math.min(image.widthPx - 1, Math.floor(box[0])));
  const top = Math.max(0, Math.min(image.heightPx - 1, Math.floor(box[1])));
  const widthPx = Math.max(1, Math.min(image.widthPx, Math.ceil(box[2])) - left);
  const heightPx = Math.max(1, Math.min(image.heightPx, Math.ceil(box[3])) - top);
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    const from = ((top + y) * image.widthPx + left) * 3;
    data.set(image.data.subarray(from, from + widthPx * 3), y * widthPx * 3);
  }
  return { widthPx, heightPx, data };
}
