import { basename, join } from 'node:path';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { signClasses } from '../../src/perception/classes.js';
import { listPictures, loadPicture } from '../datasets/dataset-files.js';
import { spreadEvenly } from '../datasets/evenly.js';
import { openDataset } from '../datasets/open-dataset.js';
import type { RgbImage } from '../datasets/sample.js';
import { loadBoth } from '../evaluate/evaluate-segmentation.js';
import { loadAhead } from '../evaluate/load-ahead.js';
import type { CropPicture } from './adopt-crops.js';
import type { DrivenPicture } from './adopt-steering.js';
import type { MaskPicture } from './score-segmentation.js';
import type { TrialPicture } from './try-detection.js';

/** A picture without labels. */
export interface PlainPicture {
  id: string;
  image: RgbImage;
}

/** More pictures would not help, and would fill the memory. */
const mostPictures = 200;

/** `count` labelled pictures, spread evenly over the data. Throws as openDataset does. */
export async function labelledPictures(
  data: string,
  format: string,
  split: string | undefined,
  count: number,
): Promise<TrialPicture[]> {
  const dataset = await openDataset(format, data, { task: 'detection', split });
  const labelled = dataset.samples.filter(({ boxes }) => boxes.some(({ weight }) => weight === 1));
  return loaded(data, evenly(labelled, count), async (sample) => {
    const truth = sample.boxes.filter(({ weight }) => weight === 0 || weight === 1);
    return { id: sample.id, image: await sample.load(), truth };
  });
}

/** `count` pictures with class maps, spread evenly over the data. Throws as openDataset does. */
export async function maskedPictures(
  data: string,
  format: string,
  split: string | undefined,
  count: number,
): Promise<MaskPicture[]> {
  const dataset = await openDataset(format, data, { task: 'segmentation', split });
  return loaded(data, evenly(dataset.samples, count), async (sample) => ({
    id: sample.id,
    ...(await loadBoth(sample)),
  }));
}

/** `count` crops with the names of their classes, spread evenly over the data. Throws as openDataset does. */
export async function labelledCrops(
  data: string,
  format: string,
  split: string | undefined,
  count: number,
): Promise<CropPicture[]> {
  const dataset = await openDataset(format, data, { task: 'signs', split });
  const names: readonly string[] = dataset.classes ?? signClasses;
  const crops = dataset.samples.filter(({ boxXyxyPx }) => boxXyxyPx === undefined);
  return loaded(data, evenly(crops, count), async (sample) => ({
    id: sample.id,
    image: await sample.load(),
    className: names[sample.classId]!,
  }));
}

/** `count` pictures of a drive with the angles that were driven, spread evenly over it. Throws as openDataset does. */
export async function drivenPictures(
  data: string,
  format: string,
  split: string | undefined,
  count: number,
): Promise<DrivenPicture[]> {
  const dataset = await openDataset(format, data, { task: 'steering', split });
  return loaded(data, evenly(dataset.samples, count), async (sample) => ({
    id: sample.id,
    image: await sample.load(),
    steeringRad: sample.steeringRad,
  }));
}

/** `count` pictures of a folder, spread evenly. Throws ERR_DATASET. */
export async function plainPictures(folder: string, count: number): Promise<PlainPicture[]> {
  const names = evenly(await listPictures(folder, 'a folder of pictures'), count);
  const pictures: PlainPicture[] = [];
  for (const name of names)
    pictures.push({ id: basename(name), image: await loadPicture(join(folder, name)) });
  return require(pictures, folder);
}

/** The samples that can be loaded, loading a few ahead. */
async function loaded<Sample extends { id: string }, Picture>(
  where: string,
  samples: readonly Sample[],
  load: (sample: Sample) => Promise<Picture>,
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for await (const { loaded: picture } of loadAhead(samples, load, [])) pictures.push(picture);
  return require(pictures, where);
}

const evenly = <Item>(items: readonly Item[], count: number): Item[] =>
  spreadEvenly(items, Math.min(count, mostPictures));

function require<Picture>(pictures: Picture[], where: string): Picture[] {
  if (pictures.length > 0) return pictures;
  throw new PerceptionError(
    'ERR_DATASET',
    `expected pictures to try the network on, found none: ${where}`,
  );
}
