import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brightestOf16Bits, decodeImage, imageSize } from '../../src/codec/image-codec.js';
import { isPng } from '../../src/codec/png-samples.js';
import { decodePpm } from '../../src/codec/ppm.js';
import { describeReadFailure } from '../../src/files/read-input.js';
import { firstLine } from '../../src/frame/first-line.js';
import { hasErrorCode, PerceptionError } from '../../src/frame/perception-error.js';
import { parseJson } from '../../src/text/json-document.js';
import type { Dataset, RgbImage } from './sample.js';

/** Extensions of picture files, lower case. */
const pictureExtensions = new Set(['.jpg', '.jpeg', '.png', '.ppm', '.bmp', '.webp']);
/** A larger text or JSON file is taken for a mistake, not for a data set's index. */
const maxTextBytes = 256 * 1024 * 1024;
const maxPictureBytes = 256 * 1024 * 1024;

/** An error with code ERR_DATASET; the message says what was expected, what was found, and where. */
export function datasetError(message: string, cause?: unknown): PerceptionError {
  return new PerceptionError('ERR_DATASET', message, cause === undefined ? {} : { cause });
}

/** The names in a folder, sorted. Throws ERR_DATASET if it is missing or not a folder. */
export async function listFolder(folder: string, what: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    const isFile = (cause as NodeJS.ErrnoException).code === 'ENOTDIR';
    const found = isFile ? 'a file' : describeReadFailure(cause);
    throw datasetError(`expected ${what}, found ${found}: ${folder}`, cause);
  }
}

/** The picture files in a folder, sorted, without hidden ones (`._a.jpg`, which a Mac leaves next to `a.jpg`). */
export async function listPictures(folder: string, what: string): Promise<string[]> {
  const names = await listFolder(folder, what);
  return names.filter(
    (name) => !name.startsWith('.') && pictureExtensions.has(extname(name).toLowerCase()),
  );
}

/** The subfolders of a folder, sorted, without hidden ones and a Mac archive's `__MACOSX`. */
export async function listSubfolders(folder: string, what: string): Promise<string[]> {
  const names = await listFolder(folder, what);
  const isFolder = await mapInOrder(names, async (name) => {
    if (name.startsWith('.') || name === '__MACOSX') return false;
    // stat instead of the entry's own type: a link to a folder counts as a folder.
    const entry = await stat(join(folder, name)).catch(() => undefined);
    return entry?.isDirectory() ?? false;
  });
  return names.filter((_, index) => isFolder[index]);
}

/** Reads a file's bytes. Throws ERR_DATASET if it is missing, not a file, or larger than maxBytes. */
export async function readDatasetFile(
  file: string,
  what: string,
  maxBytes: number,
): Promise<Buffer> {
  const refused = (found: string, cause?: unknown) =>
    datasetError(`expected ${what}, found ${found}: ${file}`, cause);
  try {
    const stats = await stat(file);
    // Reading a pipe would wait for ever.
    if (!stats.isFile()) throw refused(stats.isDirectory() ? 'a folder' : 'a pipe or a device');
    if (stats.size <= maxBytes) return await readFile(file);
    throw datasetError(
      `expected ${what} of at most ${maxBytes} bytes, found ${stats.size}: ${file}`,
    );
  } catch (cause) {
    throw hasErrorCode(cause) ? cause : refused(describeReadFailure(cause), cause);
  }
}

/** Reads a UTF-8 file's text, without a byte order mark. Errors as readDatasetFile. */
export async function readText(file: string, what: string): Promise<string> {
  const text = (await readDatasetFile(file, what, maxTextBytes)).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Reads a JSON file's value. Errors as readDatasetFile, and ERR_DATASET if it does not parse. */
export async function readJson(file: string, what: string): Promise<unknown> {
  return parseJson(await readText(file, what), { where: file, code: 'ERR_DATASET' });
}

/** Decodes a picture file, PPM with our own reader. Rejects with ERR_DATASET naming the file. */
export async function loadPicture(file: string): Promise<RgbImage> {
  const bytes = await readDatasetFile(file, 'a picture', maxPictureBytes);
  try {
    if (extname(file).toLowerCase() === '.ppm') return decodePpm(bytes);
    await requireBitsUsed(bytes);
    return await decodeImage(bytes);
  } catch (cause) {
    throw datasetError(`expected a picture, found ${firstLine(cause)}: ${file}`, cause);
  }
}

/** A 12-bit camera's values stored in 16 bits would be trained on and scored as night. */
async function requireBitsUsed(bytes: Uint8Array): Promise<void> {
  // Among the files of data sets only PNG has 16 bits; one byte of its header says so.
  if (!isPng(bytes) || bytes[24] !== 16) return;
  const brightest = await brightestOf16Bits(bytes);
  if (brightest !== undefined && brightest > 0 && brightest < 4096)
    throw new Error(
      `16 bits of which ${Math.ceil(Math.log2(brightest + 1))} are used (brightest ${brightest} of 65535): ` +
        'spread the values over all 16',
    );
}

/** Size of a picture from its header, as stored, and its EXIF orientation. Rejects with ERR_DATASET naming the file. */
export async function datasetPictureSize(
  file: string,
): Promise<{ widthPx: number; heightPx: number; orientation?: number }> {
  if (extname(file).toLowerCase() === '.ppm') return loadPicture(file);
  try {
    return await imageSize(file);
  } catch (cause) {
    throw datasetError(`expected a picture, found ${firstLine(cause)}: ${file}`, cause);
  }
}

/** Throws ERR_DATASET if no sample could be read; else returns the data set. */
export function requireSamples<D extends Dataset>(dataset: D, where: string): D {
  if (dataset.samples.length > 0) return dataset;
  const [first] = dataset.problems;
  const problems = first
    ? ` (${dataset.problems.length} problems, the first: ${first.where}: ${first.reason})`
    : '';
  throw datasetError(
    `expected at least one sample of ${dataset.name}, found none${problems}: ${where}`,
  );
}

/** Throws ERR_DATASET that lists the splits that exist, unless `split` is one of them. */
export function requireSplit(split: string, known: string[], where: string): void {
  if (known.includes(split)) return;
  const found = known.length > 0 ? known.join(', ') : 'none';
  throw datasetError(`expected a split that exists (${found}), found "${split}": ${where}`);
}

/** Runs `work` over the items, `limit` at a time, and keeps their order. */
export async function mapInOrder<A, B>(
  items: readonly A[],
  work: (item: A, index: number) => Promise<B>,
  limit = 8,
): Promise<B[]> {
  const results = new Array<B>(items.length);
  let next = 0;
  const runOne = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runOne));
  return results;
}
