import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseDelimited, parseNumber, separatorOf } from '../../src/codec/delimited-text.js';
import { signClasses } from '../../src/perception/classes.js';
import { cutOut } from './cut-out.js';
import {
  datasetError,
  listFolder,
  listPictures,
  listSubfolders,
  loadPicture,
  readText,
  requireSamples,
} from './dataset-files.js';
import { trackOf } from './gtsrb-packed.js';
import type { Dataset, RgbImage, SignSample } from './sample.js';

export interface GtsrbOptions {
  /** Crops the picture to its Roi columns, without the margin of about 10 %. Off: the full crop as delivered. */
  cropToRoi?: boolean;
}

type Roi = [leftPx: number, topPx: number, rightPx: number, bottomPx: number];

/** The layout in which GTSRB is redistributed today: folders by class number, and comma-separated tables with paths. */
const passedOn = {
  training: { folder: 'Train', table: 'Train.csv' },
  test: { folder: 'Test', table: 'Test.csv' },
};

/**
 * Opens GTSRB in its redistributed or its official layout.
 * - Redistributed: `Train/0` to `Train/42`, whose names are class ids, with `Train.csv`, and `Test/` with `Test.csv`. `dir`
 *   is `Train`, `Test`, or the folder of both, of which the training part is read.
 * - Official: training has `000cc/GT-000cc.csv`; the test has one `GT-final_test.csv` next to its pictures (the file with
 *   the ClassId column). `dir` is the folder that holds `Final_Training` or `Final_Test`, one of these, or their `Images`.
 * A row that cannot be used is a counted problem. Throws ERR_DATASET for a missing folder or one that holds no such file.
 */
export async function openGtsrb(
  dir: string,
  options: GtsrbOptions = {},
): Promise<Dataset<'signs'>> {
  const numbered = await openPassedOn(dir, options.cropToRoi ?? false);
  if (numbered !== undefined) return numbered;
  const root = findImagesFolder(dir);
  const names = await listFolder(root, 'a folder with GTSRB');
  const tables = names
    .map((name) => join(root, name, `GT-${name}.csv`))
    .concat(names.filter((name) => /^GT-.*\.csv$/.test(name)).map((name) => join(root, name)))
    .filter((file) => existsSync(file));
  if (tables.length === 0) {
    throw datasetError(
      `expected 000cc/GT-000cc.csv, GT-final_test.csv, or Train with folders 0 to 42, found ${names.length} entries without one: ${root}`,
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
  for (const file of tables)
    await readTable(file, dirname(file), isTraining, options.cropToRoi ?? false, dataset);
  return requireSamples(dataset, root);
}

const isClassNumber = (name: string) => /^\d{1,2}$/.test(name) && Number(name) < signClasses.length;

/** Resolves with undefined if `dir` has the official layout, or neither. */
async function openPassedOn(
  dir: string,
  cropToRoi: boolean,
): Promise<Dataset<'signs'> | undefined> {
  const { training, test } = passedOn;
  const trainDir = existsSync(join(dir, training.folder)) ? join(dir, training.folder) : dir;
  const folders = (await listSubfolders(trainDir, 'a folder with GTSRB')).filter(isClassNumber);
  const testFile = [join(dir, test.table), join(dir, '..', test.table)].find(existsSync);
  const dataset: Dataset<'signs'> = {
    task: 'signs',
    name: `gtsrb ${folders.length > 0 ? training.folder : test.folder}`,
    licence: 'GTSRB, no formal licence text; cite Stallkamp et al. 2012',
    samples: [],
    problems: [],
    holdOut: folders.length > 0 ? 'hashed-fifth' : 'official-val',
  };
  if (folders.length === 0) {
    const testDir = existsSync(join(dir, test.folder)) ? join(dir, test.folder) : dir;
    if (testFile === undefined || basename(testDir) !== test.folder) return undefined;
    await readTable(testFile, testDir, false, cropToRoi, dataset);
    return requireSamples(dataset, dir);
  }
  const tableFile = join(trainDir, '..', training.table);
  const rois = existsSync(tableFile) ? await readRois(tableFile, dataset.problems) : new Map();
  // By number, not alphabetically: 10 comes after 9.
  for (const name of folders.sort((a, b) => Number(a) - Number(b))) {
    const folder = join(trainDir, name);
    for (const picture of await listPictures(folder, 'a folder of pictures')) {
      const roi = cropToRoi ? rois.get(`${Number(name)}/${picture}`) : undefined;
      dataset.samples.push(makeSample(folder, picture, Number(name), true, roi));
    }
  }
  return requireSamples(dataset, dir);
}

/** Reads the regions in a table with paths, by "class/picture"; a row whose class differs from its folder is a problem. */
async function readRois(file: string, problems: Dataset['problems']): Promise<Map<string, Roi>> {
  const text = await readText(file, 'a GTSRB table');
  const [header, ...rows] = parseDelimited(text, separatorOf(text));
  const column = new Map(header?.fields.map((name, index) => [name, index]));
  const rois = new Map<string, Roi>();
  for (const { fields, lineNumber } of rows) {
    const path = fields[column.get('Path') ?? -1] ?? '';
    const classId = fields[column.get('ClassId') ?? -1];
    const [folder, picture] = path.split(/[\\/]/).slice(-2);
    if (parseNumber(folder) !== parseNumber(classId))
      problems.push({
        where: `${file}:${lineNumber}`,
        reason: `expected the class of its folder, found ${classId} for ${path}: the folder counts`,
      });
    const roi = readRoi(fields, column);
    if (roi !== undefined) rois.set(`${parseNumber(folder)}/${picture}`, roi);
  }
  return rois;
}

function findImagesFolder(dir: string): string {
  const candidates = ['Final_Training/Images', 'Final_Test/Images', 'Images'];
  const inside = candidates.map((name) => join(dir, name)).find((path) => existsSync(path));
  return inside ?? dir;
}

async function readTable(
  file: string,
  folder: string,
  isTraining: boolean,
  cropToRoi: boolean,
  { samples, problems }: Dataset<'signs'>,
): Promise<void> {
  const text = await readText(file, 'a GTSRB table');
  const [header, ...rows] = parseDelimited(text, separatorOf(text));
  const column = new Map(header?.fields.map((name, index) => [name, index]));
  const fileColumn = column.get('Filename') ?? column.get('Path');
  const classColumn = column.get('ClassId');
  if (fileColumn === undefined || classColumn === undefined) {
    const found = header?.fields.join(';') ?? 'an empty file';
    problems.push({ where: file, reason: `expected columns Filename and ClassId, found ${found}` });
    return;
  }
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
    // Each test picture is from a different track.
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

/** Crops a picture; a region that is outside or empty leaves it unchanged. */
function cropImage(image: RgbImage, roi: Roi): RgbImage {
  const left = Math.max(0, Math.floor(roi[0]));
  const top = Math.max(0, Math.floor(roi[1]));
  const widthPx = Math.min(image.widthPx, Math.ceil(roi[2])) - left;
  const heightPx = Math.min(image.heightPx, Math.ceil(roi[3])) - top;
  return widthPx < 1 || heightPx < 1 ? image : cutOut(image, roi);
}
