// How well an autoencoder reconstructs pictures that it has not learnt from, next to simple alternatives: JPEG of the same
// size, and a blur against noise.
//
//     node dist/benchmarks/autoencoder-pictures.js <plain.onnx> <denoising.onnx> <drive.mcap> …
//
// Everything is at the autoencoder's 96x64. Its code counts with four bytes per number. JPEG counts without its headers and
// tables, which could be agreed on once, at the best of five sizes and all qualities that fit into as many bytes. PSNR of a
// picture's values, mean over pictures, in dB. Prints one JSON object.
import { decodeImage, encodeJpeg, resizeImage } from '../src/codec/image-codec.js';
import { RecordingReader } from '../src/recording/recording-reader.js';
import { Autoencoder, pictureOfValues } from '../tools/autoencoder/autoencoder.js';
import { autoencoderPx, pictureValues } from '../tools/autoencoder/autoencoder-spec.js';
import { SmallPictureMaker } from '../tools/autoencoder/small-pictures.js';
import { spoilPicture } from '../tools/autoencoder/spoil-picture.js';
import type { RgbImage } from '../tools/datasets/sample.js';
import { picturesOf } from '../tools/similar/code-drive.js';
import { createRandom } from '../tools/train/random.js';

const { widthPx, heightPx } = autoencoderPx;
const everyS = 1;
/** JPEG encodes complete blocks of eight pixels. */
const jpegSizes = [
  [96, 64],
  [72, 48],
  [48, 32],
  [24, 16],
  [12, 8],
] as const;
const qualities = Array.from({ length: 48 }, (_, place) => 1 + 2 * place);

const [plainPath, denoisingPath, ...paths] = process.argv.slice(2) as [string, string, ...string[]];
const plain = Autoencoder.open(plainPath);
const denoising = Autoencoder.open(denoisingPath);
const codeBytes = 4 * plain.spec.codeSize;

const values: Float32Array[] = [];
for (const path of paths) {
  const reader = await RecordingReader.open(path);
  const maker = new SmallPictureMaker();
  for await (const picture of picturesOf(reader, undefined, everyS))
    values.push(maker.make(picture).slice());
  await reader.close();
}

const sums = { autoencoder: 0, jpeg: 0, spoilt: 0, blurred: 0, plain: 0, denoising: 0 };
let withoutJpeg = 0;
for (const [place, picture] of values.entries()) {
  sums.autoencoder += psnr(plain.run(picture).reconstruction, picture);
  const jpeg = await bestJpeg(picture);
  if (jpeg === undefined) withoutJpeg++;
  else sums.jpeg += jpeg;
  const spoilt = picture.slice();
  spoilPicture(spoilt, 0, createRandom(place));
  sums.spoilt += psnr(spoilt, picture);
  sums.blurred += psnr(blurred(spoilt), picture);
  sums.plain += psnr(plain.run(spoilt).reconstruction, picture);
  sums.denoising += psnr(denoising.run(spoilt).reconstruction, picture);
}
const count = values.length;
const mean = (sum: number, of = count) => Number((sum / of).toFixed(2));
console.log(
  JSON.stringify(
    {
      pictures: count,
      heldOutError: [plain.spec.heldOutError, denoising.spec.heldOutError],
      compressionDb: {
        codeBytes,
        autoencoder: mean(sums.autoencoder),
        jpeg: mean(sums.jpeg, count - withoutJpeg),
        withoutJpeg,
      },
      noiseDb: {
        spoilt: mean(sums.spoilt),
        blurred: mean(sums.blurred),
        plain: mean(sums.plain),
        denoising: mean(sums.denoising),
      },
    },
    undefined,
    2,
  ),
);
plain.release();
denoising.release();

/** For values from -1 to 1, in decibels. */
function psnr(shown: Float32Array, meant: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < pictureValues; i++) sum += (clipped(shown[i]!) - meant[i]!) ** 2;
  return 10 * Math.log10(4 / (sum / pictureValues));
}

function clipped(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

/** PSNR of the best JPEG that takes no more bytes than the code; undefined if none fits. */
async function bestJpeg(picture: Float32Array): Promise<number | undefined> {
  const whole = pictureOfValues(picture);
  let best: number | undefined;
  for (const [columns, rows] of jpegSizes) {
    const small = columns === widthPx ? whole : await resizeImage(whole, columns, rows);
    for (const quality of qualities) {
      const jpeg = await encodeJpeg(small, quality);
      // A higher quality takes more bytes.
      if (scanBytes(jpeg) > codeBytes) break;
      const shown = await resizeImage(await decodeImage(jpeg), widthPx, heightPx);
      const reached = psnr(valuesOf(shown), picture);
      best = Math.max(best ?? reached, reached);
    }
  }
  return best;
}

/** Bytes after the header of the (last) scan. */
function scanBytes(jpeg: Uint8Array): number {
  const start = Buffer.from(jpeg).lastIndexOf(Buffer.of(0xff, 0xda));
  const header = (jpeg[start + 2]! << 8) | jpeg[start + 3]!;
  return jpeg.length - (start + 2 + header) - 2;
}

function valuesOf({ data }: RgbImage): Float32Array {
  const planePx = widthPx * heightPx;
  const planes = new Float32Array(pictureValues);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < planePx; i++)
      planes[channel * planePx + i] = data[3 * i + channel]! / 127.5 - 1;
  return planes;
}

/** Mean over 3x3 pixels; the edge is repeated. */
function blurred(picture: Float32Array): Float32Array {
  const planePx = widthPx * heightPx;
  const smooth = new Float32Array(pictureValues);
  for (let i = 0; i < pictureValues; i++) {
    const [plane, x, y] = [
      Math.floor(i / planePx) * planePx,
      i % widthPx,
      Math.floor((i % planePx) / widthPx),
    ];
    let [sum, places] = [0, 0];
    for (let row = Math.max(0, y - 1); row <= Math.min(heightPx - 1, y + 1); row++)
      for (let column = Math.max(0, x - 1); column <= Math.min(widthPx - 1, x + 1); column++) {
        sum += picture[plane + row * widthPx + column]!;
        places++;
      }
    smooth[i] = sum / places;
  }
  return smooth;
}
