import { encodeJpeg, resizeImage } from '../../src/codec/image-codec.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import { hasErrorCode, PerceptionError } from '../../src/frame/perception-error.js';
import { decodePicture, pictureSize } from '../../src/recording/picture-message.js';
import { choosePictures } from '../../src/recording/picture-stream.js';
import { picturesIn } from '../../src/recording/pictures-in.js';
import type { RecordingReader } from '../../src/recording/recording-reader.js';
import type { RgbImage } from '../datasets/sample.js';
import type { DriveCodes } from './code-file.js';
import type { PictureCoder } from './picture-coder.js';

const thumbnailWidthPx = 96;
const thumbnailQuality = 60;

export interface StampedPicture extends RgbImage {
  /** Seconds since the recording's first picture. */
  timeS: number;
}

/** A picture every `everyS` seconds, starting at `fromS`. Skips unreadable pictures. */
export async function* picturesOf(
  reader: RecordingReader,
  topic: string | undefined,
  everyS: number,
  fromS = 0,
): AsyncGenerator<StampedPicture, void, void> {
  const { stream } = await choosePictures(reader, topic);
  let startNs: bigint | undefined;
  let dueS = fromS;
  for await (const inTurn of picturesIn(reader, stream)) {
    const { stampNs } = inTurn;
    startNs ??= stampNs;
    const timeS = Number(stampNs - startNs) / 1e9;
    if (timeS < dueS - 1e-6) continue;
    try {
      const picture = inTurn.read();
      const { widthPx, heightPx } = await pictureSize(picture);
      const { data: pixels } = await decodePicture(picture, packedRgbLayout(widthPx, heightPx));
      dueS = timeS + everyS;
      yield { widthPx, heightPx, data: pixels, timeS };
    } catch (error) {
      if (hasErrorCode(error) && error.code === 'ERR_SOURCE_LOST') throw error;
    }
  }
}

/** Codes of a drive's frames, with a small picture of each. The caller closes the reader. */
export async function codeDrive(
  reader: RecordingReader,
  {
    drive,
    topic,
    maker,
    everyS,
  }: { drive: string; topic: string | undefined; maker: string; everyS: number },
  coder: PictureCoder,
): Promise<DriveCodes> {
  const timesS: number[] = [];
  const codes: Float32Array[] = [];
  const thumbnails: Uint8Array[] = [];
  for await (const picture of picturesOf(reader, topic, everyS)) {
    timesS.push(picture.timeS);
    codes.push(await coder.code(picture));
    const heightPx = Math.round((thumbnailWidthPx * picture.heightPx) / picture.widthPx);
    const small = await resizeImage(picture, thumbnailWidthPx, heightPx);
    thumbnails.push(await encodeJpeg(small, thumbnailQuality));
  }
  const { dims } = coder;
  const all = new Float32Array(codes.length * dims);
  codes.forEach((code, place) => {
    all.set(code, place * dims);
  });
  return {
    maker,
    drive,
    location: reader.path,
    dims,
    timesS: Float64Array.from(timesS),
    codes: all,
    thumbnails,
  };
}

/** The first picture at `atS` seconds or later. Rejects with ERR_USAGE if the drive is shorter. */
export async function pictureAt(
  reader: RecordingReader,
  topic: string | undefined,
  atS: number,
): Promise<StampedPicture> {
  for await (const picture of picturesOf(reader, topic, 0, atS)) return picture;
  throw new PerceptionError(
    'ERR_USAGE',
    `${reader.path}: expected a picture at ${atS} s or later, found none`,
  );
}
