import { expect, test } from 'vitest';
import { RecordingReader } from '../../../src/recording/recording-reader.js';
import { Autoencoder, pictureOfValues } from '../../../tools/autoencoder/autoencoder.js';
import { pictureValues } from '../../../tools/autoencoder/autoencoder-spec.js';
import { addDrive } from '../../../tools/autoencoder/frames-of-drives.js';
import { PictureSet } from '../../../tools/autoencoder/small-pictures.js';
import { spoilPicture } from '../../../tools/autoencoder/spoil-picture.js';
import { trainAutoencoder } from '../../../tools/autoencoder/train-autoencoder.js';
import { picturesOf } from '../../../tools/similar/code-drive.js';
import { createRandom } from '../../../tools/train/random.js';
import { repoDir } from '../../support/command-line.js';

const drive = `${repoDir}recordings/sample-drive.mcap`;
const options = { codeSize: 16, isDenoising: false, seed: 2 };

async function sample(everyS: number): Promise<PictureSet> {
  const set = new PictureSet();
  const reader = await RecordingReader.open(drive);
  await addDrive(set, reader, { everyS });
  await reader.close();
  return set;
}

test('it learns: what it gives back comes nearer to what it was given', async () => {
  const set = await sample(1);
  const raw = await trainAutoencoder(set, set, { ...options, steps: 0 });
  const losses: number[] = [];
  const run = { ...options, steps: 30, onProgress: (_: number, loss: number) => losses.push(loss) };
  const first = await trainAutoencoder(set, set, run);
  expect(losses).toHaveLength(30);
  expect(first.spec).toMatchObject({ steps: 30, pictures: set.count, codeSize: 16 });
  expect(first.spec.heldOutError!).toBeLessThan(0.8 * raw.spec.heldOutError!);
});

test('the same pictures and options give the same bytes, clean and denoising not', async () => {
  const set = await sample(4);
  const bytesOf = async (isDenoising: boolean) =>
    (await trainAutoencoder(set, undefined, { ...options, isDenoising, steps: 4 })).bytes;
  const [first, again, other] = [await bytesOf(true), await bytesOf(true), await bytesOf(false)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('its file says what it is, and gives a code and a picture of each frame of a drive', async () => {
  const set = await sample(2);
  const { bytes, spec } = await trainAutoencoder(set, undefined, { ...options, steps: 2 });
  const autoencoder = Autoencoder.read(bytes, 'made here');
  expect(autoencoder.spec).toEqual(spec);
  const reader = await RecordingReader.open(drive);
  const codes: Float32Array[] = [];
  for await (const picture of picturesOf(reader, undefined, 2))
    codes.push(autoencoder.code(picture));
  await reader.close();
  expect(codes).toHaveLength(7);
  for (const code of codes) expect(code).toHaveLength(16);
  expect(codes[0]).not.toEqual(codes[1]);
  const values = new Float32Array(pictureValues);
  set.read(0, values);
  const { reconstruction, error } = autoencoder.run(values);
  let sum = 0;
  reconstruction.forEach((value, i) => {
    sum += (value - values[i]!) ** 2;
  });
  expect(error).toBeCloseTo(sum / pictureValues, 6);
  // A picture of its own size is taken as it is.
  const { data } = pictureOfValues(values);
  const same = autoencoder.encode({ widthPx: 96, heightPx: 64, data });
  expect(same.error).toBeCloseTo(error, 3);
  autoencoder.release();
});

test('a spoilt picture is spoilt in its own place of the batch alone, and differently each time', () => {
  const batch = new Float32Array(3 * pictureValues);
  spoilPicture(batch, pictureValues, createRandom(1));
  const isClean = (from: number) =>
    batch.subarray(from, from + pictureValues).every((value) => value === 0);
  expect([0, pictureValues, 2 * pictureValues].map(isClean)).toEqual([true, false, true]);
  const other = new Float32Array(pictureValues);
  spoilPicture(other, 0, createRandom(2));
  expect(other).not.toEqual(batch.slice(pictureValues, 2 * pictureValues));
});

test('without pictures, and for another network’s file, one line says what is wrong', async () => {
  const empty = new PictureSet();
  await expect(trainAutoencoder(empty, undefined, { ...options, steps: 1 })).rejects.toMatchObject({
    code: 'ERR_TRAINING',
    message: 'autoencoder: expected pictures, found none',
  });
  expect(() => Autoencoder.open(`${repoDir}models/steering/model.onnx`)).toThrow(
    'expected an autoencoder of windshield (property windshield.autoencoder), found another network',
  );
  expect(() => Autoencoder.open(`${repoDir}package.json`)).toThrow('expected an ONNX network');
});
