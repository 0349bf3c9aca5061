import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { Dataset, SteeringSample } from '../../datasets/sample.js';
import { hashToUnit } from '../../datasets/splits.js';
import { openData, type WeightedDataset } from '../open-data.js';
import type { Recipe } from '../recipe.js';

/** One of `count` parts of a cross-validation, numbered from 0. */
export interface Fold {
  index: number;
  count: number;
}

/**
 * The fold of each group: groups are ranked by the hash of seed and name, then dealt out in turn. Folds hold the
 * same number of groups (give or take one), and the same names give the same folds in any order.
 */
export function foldsOfGroups(
  groups: Iterable<string>,
  count: number,
  seed: number,
): Map<string, number> {
  const ranked = [...new Set(groups)]
    .map((group) => ({ group, rank: hashToUnit(`${seed}:fold:${group}`) }))
    .sort((a, b) => a.rank - b.rank || (a.group < b.group ? -1 : 1));
  return new Map(ranked.map(({ group }, index) => [group, index % count]));
}

/** The part of a data set in a fold, or outside it. Tracks and sequences are never split. */
export function partByFold<T extends LabelledTask>(
  dataset: Dataset<T>,
  { index, count }: Fold,
  seed: number,
  isInside: boolean,
): Dataset<T> {
  const folds = foldsOfGroups(
    dataset.samples.map(({ group }) => group),
    count,
    seed,
  );
  const samples = dataset.samples.filter(({ group }) => (folds.get(group) === index) === isInside);
  return { ...dataset, samples };
}

/** What one fold trains on. Optional sources, such as rendered roads, are used for training in full. */
export function withoutFold<T extends LabelledTask>(
  sets: WeightedDataset<T>[],
  recipe: Recipe,
  fold: Fold,
): WeightedDataset<T>[] {
  return sets.map((set) =>
    set.source?.optional
      ? set
      : { ...set, dataset: partByFold(set.dataset, fold, recipe.seed, false) },
  );
}

/** What one fold is evaluated on: its part of every source that is not optional, by truth alone. */
export async function openFold<T extends LabelledTask>(
  task: T,
  recipe: Recipe,
  dataDirs: readonly string[],
  fold: Fold,
): Promise<Dataset<T>[]> {
  const sources = recipe.data
    .filter(({ optional }) => !optional)
    .map(({ teacher: _opinion, ...source }) => source);
  const { sets } = await openData(task, sources, dataDirs, recipe.classes);
  return sets
    .map(({ dataset }) => scored(partByFold(dataset, fold, recipe.seed, true)))
    .filter(({ samples }) => samples.length > 0);
}

/** Only the centre camera of the three is scored: the recorded angle belongs to it. */
function scored<T extends LabelledTask>(dataset: Dataset<T>): Dataset<T> {
  if (dataset.task !== 'steering') return dataset;
  const isDriven = (sample: SteeringSample): boolean => sample.camera === 'centre';
  const samples = dataset.samples.filter((sample) => isDriven(sample as SteeringSample));
  return { ...dataset, samples };
}
