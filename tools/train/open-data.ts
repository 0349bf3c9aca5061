import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { openCamvid } from '../datasets/camvid.js';
import { openCamvidBoxes } from '../datasets/camvid-boxes.js';
import { openCamvidEmpty } from '../datasets/camvid-empty.js';
import { openGtsrb } from '../datasets/gtsrb.js';
import { openGtsrbPacked } from '../datasets/gtsrb-packed.js';
import { openKitti } from '../datasets/kitti.js';
import { openOpenimages } from '../datasets/openimages.js';
import type { Dataset } from '../datasets/sample.js';
import { openSignFolders } from '../datasets/sign-folders.js';
import { selectSplit } from '../datasets/splits.js';
import { openUdacity } from '../datasets/udacity.js';
import { openVoc } from '../datasets/voc.js';
import { type ClassGroups, regroupClasses } from './data/class-groups.js';
import type { RecipeSource } from './recipe.js';

/** A data set with the weight that the recipe gives it. */
export interface WeightedDataset<T extends LabelledTask> {
  dataset: Dataset<T>;
  weight: number;
  /** The recipe's entry that it was opened from. */
  source?: RecipeSource;
}

/** Sets a data set's name and licence from the recipe. Pictures below `rendered/` use other sets' layouts but are ours. */
function origin(dataset: Dataset, { folder, split, licence: told, name }: RecipeSource): Dataset {
  if (!folder.startsWith('rendered/')) {
    const named = name === undefined ? {} : { name: split ? `${name} ${split}` : name };
    return { ...dataset, ...named, ...(told !== undefined && { licence: told }) };
  }
  const licence = "rendered by windshield simulate, this project's";
  // Frames for steering are rendered as preprocessing hands them over; the other tasks' cameras have lenses of all kinds.
  const isUndistorted = dataset.task === 'steering';
  return { ...dataset, name: folder, licence, ...(isUndistorted && { isUndistorted }) };
}

/** Resolves a recipe's path: in the first of the data folders that has it, else in the first. */
function place(path: string, dataDirs: readonly string[]): string {
  if (isAbsolute(path)) return path;
  const candidates = dataDirs.map((dir) => join(dir, path));
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0]!;
}

function openFormat(source: RecipeSource, dataDirs: readonly string[]): Promise<Dataset> {
  const dir = place(source.folder, dataDirs);
  const split = source.split ?? 'train';
  const teacher = source.teacher === undefined ? {} : { teacher: place(source.teacher, dataDirs) };
  const told = source.predictions === undefined ? {} : { predictions: source.predictions };
  switch (source.format) {
    case 'gtsrb-packed':
      return openGtsrbPacked(dir, { split });
    case 'gtsrb':
      return openGtsrb(dir);
    case 'sign-folders':
      return openSignFolders(dir);
    case 'camvid':
      return openCamvid(dir, { split, ...told });
    case 'camvid-boxes':
      return openCamvidBoxes(dir, { split, ...teacher });
    case 'camvid-empty':
      return openCamvidEmpty(dir, { split });
    case 'voc':
      return openVoc(dir, { ...teacher, ...told });
    case 'openimages':
      return openOpenimages(dir, { split, ...teacher });
    case 'kitti':
      return openKitti(dir);
    case 'udacity':
      // Side cameras show the view off the lane's centre; the driven angle belongs to the centre camera only.
      return openUdacity(
        dir,
        source.part === 'val' ? {} : { cameras: ['centre', 'left', 'right'] },
      );
  }
}

/**
 * Opens a recipe's sources for a task, each in the first of `dataDirs` that has it. Optional sources that are
 * absent are left out and named in `absent`. Signs are regrouped into `classes`, if the recipe has its own.
 * Throws ERR_DATASET if a source is of another task or no source is left.
 */
export async function openData<T extends LabelledTask>(
  task: T,
  sources: readonly RecipeSource[],
  dataDirs: readonly string[],
  classes?: ClassGroups,
): Promise<{ sets: WeightedDataset<T>[]; absent: string[] }> {
  const sets: WeightedDataset<T>[] = [];
  const absent: string[] = [];
  for (const source of sources) {
    const dir = place(source.folder, dataDirs);
    if (source.optional && !existsSync(dir)) {
      absent.push(source.folder);
      continue;
    }
    const dataset = await openFormat(source, dataDirs);
    if (dataset.task !== task) {
      throw new PerceptionError(
        'ERR_DATASET',
        `${dir}: expected data for ${task}, found ${source.format} for ${dataset.task}`,
      );
    }
    const part = selectSplit(origin(dataset, source), source.part) as unknown as Dataset<T>;
    sets.push({ dataset: regroupClasses(part, classes), weight: source.weight, source });
  }
  if (sets.length === 0) {
    throw new PerceptionError(
      'ERR_DATASET',
      `${dataDirs.join(', ')}: expected at least one data set for ${task}, found none`,
    );
  }
  return { sets, absent };
}
