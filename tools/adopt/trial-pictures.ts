import { basename, join } from 'node:path';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { listPictures, loadPicture } from '../datasets/dataset-files.js';
import { openDataset } from '../datasets/open-dataset.js';
import { loadAhead } from '../evaluate/load-ahead.js';
import type { TrialPicture } from './try-detection.js';

/** Larger pictures are no help, and a set of them would fill the memory. */
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
  const chosen = evenly(labelled, count);
  const pictures: TrialPicture[] = [];
  const problems: typeof dataset.problems = [];
  for await (const { sample, loaded } of loadAhead(chosen, (entry) => entry.load(), problems)) {
    const truth = sample.boxes.filter(({ weight }) => weight === 0 || weight === 1);
    pictures.push({ id: sample.id, image: loaded, truth });
  }
  return require(pictures, data);
}

/** `count` pictures of a folder, spread evenly. Throws ERR_DATASET. */
export async function plainPictures(folder: string, count: number): Promise<TrialPicture[]> {
  const names = evenly(await listPictures(folder, 'a folder of pictures'), count);
  const pictures: TrialPicture[] = [];
  for (const name of names)
    pictures.push({ id: basename(name), image: await loadPicture(join(folder, name)) });
  return require(pictures, folder);
}

function evenly<Item>(items: readonly Item[], count: number): Item[] {
  const wanted = Math.min(count, items.length, mostPictures);
  return Array.from({ length: wanted }, (_, i) => items[Math.floor((i * items.length) / wanted)]!);
}

function require(pictures: TrialPicture[], where: string): TrialPicture[] {
  if (pictures.length > 0) return pictures;
  throw new PerceptionError(
    'ERR_DATASET',
    `expected pictures to try the network on, found none: ${where}`,
  );
}
