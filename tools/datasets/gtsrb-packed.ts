import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseDelimited } from '../../src/codec/delimited-text.js';
import { firstLine } from '../../src/frame/first-line.js';
import { signClasses } from '../../src/perception/classes.js';
import {
  datasetError,
  listFolder,
  readDatasetFile,
  readText,
  requireSamples,
  requireSplit,
} from './dataset-files.js';
import type { Dataset, SignSample } from './sample.js';

const gunzipBytes = promisify(gunzip);
const edgePx = 32;
const imageBytes = edgePx * edgePx * 3;
/** 1 GB of pixels: six times all of GTSRB at this size. */
const maxImages = 350_000;
const imagesSuffix = '.images.u8.gz';

/**
 * GTSRB as packed bytes: `<split>.images.u8.gz` (uint8 N x 32 x 32 x 3, rgb), `<split>.labels.u8` (one byte
 * per image) and `<split>.index.csv` (row, class, source file). The group of a sample is its track
 * ("class/track"), because the 30 frames of a track show one sign. All pixels are held in memory, 3 KB per image.
 * Throws ERR_DATASET for a missing folder, file or split, or sizes that disagree.
 */
export async function openGtsrbPacked(
  dir: string,
  options: { split: string },
): Promise<Dataset<'signs'>> {
  const { split } = options;
  const names = await listFolder(dir, 'a folder with packed GTSRB');
  const splits = names
    .filter((name) => name.endsWith(imagesSuffix))
    .map((name) => name.slice(0, -imagesSuffix.length));
  requireSplit(split, splits, dir);

  const labels = await readDatasetFile(join(dir, `${split}.labels.u8`), 'the labels', maxImages);
  const pixels = await unpackImages(join(dir, split + imagesSuffix), labels.length);
  const indexFile = join(dir, `${split}.index.csv`);
  const sources = readSources(await readText(indexFile, 'the index'), labels.length, indexFile);

  const problems: Dataset['problems'] = [];
  const samples: SignSample[] = [];
  labels.forEach((classId, row) => {
    if (classId >= signClasses.length) {
      problems.push({
        where: `${split}.labels.u8 row ${row}`,
        reason: `expected a class of 0 to ${signClasses.length - 1}, found ${classId}`,
      });
      return;
    }
    const source = sources[row]!;
    samples.push({
      id: source,
      group: trackOf(source, classId),
      classId,
      load: async () => ({
        widthPx: edgePx,
        heightPx: edgePx,
        // A Buffer's own slice would be a view of the pixels that all callers share.
        data: new Uint8Array(pixels.subarray(row * imageBytes, (row + 1) * imageBytes)),
      }),
    });
  });
  const dataset: Dataset<'signs'> = {
    task: 'signs',
    name: `gtsrb-packed ${split}`,
    licence: 'GTSRB, no formal licence text; cite Stallkamp et al. 2012',
    samples,
    problems,
    holdOut: split.startsWith('train') ? 'official-train' : 'official-val',
  };
  return requireSamples(dataset, dir);
}

async function unpackImages(file: string, count: number): Promise<Uint8Array> {
  const expectedBytes = count * imageBytes;
  const packed = await readDatasetFile(file, 'the images', maxImages * imageBytes);
  try {
    // One byte more than expected is allowed, to distinguish a file that is too long from a broken one.
    const pixels = await gunzipBytes(packed, { maxOutputLength: expectedBytes + 1 });
    if (pixels.length === expectedBytes) return pixels;
    throw new Error(`${pixels.length}`);
  } catch (cause) {
    const found = firstLine(cause);
    throw datasetError(
      `expected ${expectedBytes} bytes of pixels for ${count} labels, found ${found}: ${file}`,
      cause,
    );
  }
}

function readSources(text: string, count: number, file: string): string[] {
  const rows = parseDelimited(text, ',').slice(1);
  if (rows.length !== count) {
    throw datasetError(`expected ${count} rows as there are labels, found ${rows.length}: ${file}`);
  }
  return rows.map(({ fields, lineNumber }) => {
    const source = fields[2];
    if (source) return source;
    throw datasetError(
      `expected row, class and source file, found ${fields.length} fields: ${file}:${lineNumber}`,
    );
  });
}

/** "…/00005_00003.ppm" of class 0 is track "0/00005"; any other name is its own track. */
export function trackOf(source: string, classId: number): string {
  const track = /(\d+)_\d+\.\w+$/.exec(source)?.[1];
  return `${classId}/${track ?? source}`;
}
