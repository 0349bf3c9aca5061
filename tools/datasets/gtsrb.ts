import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseDelimited, parseNumber } from '../../src/codec/delimited-text.js';
import { signClasses } from '../../src/perception/classes.js';
import {
  datasetError,
  listFolder,
  loadPicture,
  readText,
  requireSamples,
} from './dataset-files.js';
import { trackOf } from './gtsrb-packed.js';
import type { Dataset, RgbImage, SignSample } from './sample.js';

export interface GtsrbOptions {
  /** Cut the picture to its Roi columns, which leave out the margin of about 10 %. Off: the whole crop as delivered. */
  cropToRoi?: boolean;
}

type Roi = [leftPx: number, topPx: number, rightPx: number, bottomPx: number];

/**
 * The official GTSRB layout. `dir` may be the folder that holds `Final_Training` or `Final_Test`, one of
 * these, or their `Images`. Training has `000cc/GT-000cc.csv`; the test has one `GT-final_test.csv` beside
 * its pictures (the file with the ClassId column). A row that cannot be used is a counted problem.
 * Throws ERR_DATASET for a missing folder or one that holds no such file.
 */
export async function openGtsrb(
  dir: string,
  options: GtsrbOptions = {},
): Promise<Dataset<'signs'>> {
  const root = findImagesFolder(dir);
  const names = await listFolder(root, 'a folder with GTSRB');
  const tables = names
    .map((name) => join(root, name, `GT-${name}.csv`))
    .concat(names.filter((name) => /^GT-.*\.csv$/.test(name)).map((name) => join(root, name)))
    .filter((file) => existsSync(file));
  if (tables.length === 0) {
    throw datasetError(
      `expected 000cc/GT-000cc.csv or GT-final_test.csv, found ${names.length} entries without one: ${root}`,
    );
  }
  const isTraining = tables.every((file) => !/final_test/i.test(file));
  const dataset: Dataset<'signs'> = {
    task: 'signs',
    name: `gtsrb ${isTraining ? 'Final_Training' : 'Final_Test'}`,
    licence: 'GTSRB, no formal licence text; cite Stallkamp et al. 2012',
    samples: [],
    problems: [],
    holdOut: isTraining ? 'hashed-fifth' : 'official-val',
  };
  for (const file of tables) await readTable(file, isTraining, options.cropToRoi ?? false, dataset);
  return requireSamples(dataset, root);
}

function findImagesFolder(dir: string): string {
  const candidates = ['Final_Training/Images', 'Final_Test/Images', 'Images'];
  const inside = candidates.map((name) => join(dir, name)).find((path) => existsSync(path));
  return inside ?? dir;
}

async function readTable(
  file: string,
  isTraining: boolean,
  cropToRoi: boolean,
  { samples, problems }: Dataset<'signs'>,
): Promise<void> {
  const [header, ...rows] = parseDelimited(await readText(file, 'a GTSRB table'), ';');
  const column = new Map(header?.fields.map((name, index) => [name, index]));
  const fileColumn = column.get('Filename');
  const classColumn = column.get('ClassId');
  if (fileColumn === undefined || classColumn === undefined) {
    const found = header?.fields.join(';') ?? 'an empty file';
    problems.push({ where: file, reason: `expected columns Filename and ClassId, found ${found}` });
    return;
  }
  const folder = join(file, '..');
  const present = new Set(await listFolder(folder, 'a folder of pictures'));
  for (const { fields, lineNumber } of rows) {
    const where = `${file}:${lineNumber}`;
    const name = basename(fields[fileColumn] ?? '');
    const classId = parseNumber(fields[classColumn]);
    if (classId === undefined || !Number.isInteger(classId) || !signClasses[classId]) {
      const found = fields[classColumn] ?? 'nothing';
      problems.push({ where, reason: `expected a class of 0 to 42, found ${found}` });
    } else if (!present.has(name)) {
      problems.push({ where, reason: `expected the picture ${name}, found nothing` });
    } else {
      const roi = cropToRoi ? readRoi(fields, column) : undefined;
      samples.push(makeSample(folder, name, classId, isTraining, roi));
    }
  }
}

function makeSample(
  folder: string,
  name: string,
  classId: number,
  isTraining: boolean,
  roi: Roi | undefined,
): SignSample {
  const id = `${basename(folder)}/${name}`;
  return {
    id,
    // The test pictures are one frame of a track each.
    group: isTraining ? trackOf(name, classId) : id,
    classId,
    load: async () => {
      const image = await loadPicture(join(folder, name));
      return roi ? cropImage(image, roi) : image;
    },
  };
}

function readRoi(fields: string[], column: Map<string, number>): Roi | undefined {
  const [x1, y1, x2, y2] = ['Roi.X1', 'Roi.Y1', 'Roi.X2', 'Roi.Y2'].map((name) =>
    parseNumber(fields[column.get(name) ?? -1]),
  );
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined)
    return undefined;
  // The columns name the first and the last pixel inside.
  return [x1, y1, x2 + 1, y2 + 1];
}

/** Cuts a picture; a region that lies outside or is empty leaves it whole. */
function cropImage(image: RgbImage, roi: Roi): RgbImage {
  const left = Math.max(0, Math.floor(roi[0]));
  const top = Math.max(0, Math.floor(roi[1]));
  const widthPx = Math.min(image.widthPx, Math.ceil(roi[2])) - left;
  const heightPx = Math.min(image.heightPx, Math.ceil(roi[3])) - top;
  if (widthPx < 1 || heightPx < 1) return image;
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let row = 0; row < heightPx; row++) {
    const start = ((top + row) * image.widthPx + left) * 3;
    data.set(image.data.subarray(start, start + widthPx * 3), row * widthPx * 3);
  }
  return { widthPx, heightPx, data };
}
