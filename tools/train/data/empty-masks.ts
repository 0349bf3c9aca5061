import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { firstLine } from '../../../src/frame/first-line.js';
import { mapInOrder } from '../../datasets/dataset-files.js';
import { type SegmentationSample, voidClassId } from '../../datasets/sample.js';
import type { WeightedDataset } from '../open-data.js';
import type { Problem } from './data-problems.js';

/** A sample with its mask kept in memory: 0.2 MB at CamVid's size. */
export interface ReadMask extends SegmentationSample {
  /** Classes that occur in it. */
  classIds: ReadonlySet<number>;
}

/**
 * Reads every mask of a segmentation set, which training needs anyway, and keeps it. Masks that do not decode or
 * label no pixel are left out, each as a problem. Sets of other tasks are returned unchanged.
 */
export async function withoutEmptyMasks<T extends LabelledTask>(
  sets: WeightedDataset<T>[],
  problems: Problem[],
): Promise<WeightedDataset<T>[]> {
  const read: WeightedDataset<T>[] = [];
  for (const set of sets) {
    if (set.dataset.task !== 'segmentation') {
      read.push(set);
      continue;
    }
    const samples = await mapInOrder(
      set.dataset.samples as unknown as SegmentationSample[],
      (sample) => readMask(sample, problems),
    );
    const kept = samples.filter((sample) => sample !== undefined);
    read.push({
      ...set,
      dataset: { ...set.dataset, samples: kept as unknown as typeof set.dataset.samples },
    });
  }
  return read;
}

async function readMask(
  sample: SegmentationSample,
  problems: Problem[],
): Promise<ReadMask | undefined> {
  try {
    const mask = await sample.loadClassMap();
    const classIds = new Set(mask);
    classIds.delete(voidClassId);
    if (classIds.size > 0)
      return { ...sample, load: () => sample.load(), loadClassMap: async () => mask, classIds };
    problems.push({
      where: sample.id,
      reason: 'expected a mask with a labelled pixel, found none',
    });
  } catch (error) {
    problems.push({ where: sample.id, reason: firstLine(error) });
  }
  return undefined;
}
