import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { openData, type WeightedDataset } from '../open-data.js';
import type { Recipe, RecipeSource } from '../recipe.js';
import type { Problem } from './data-problems.js';

/** Group names are comparable only within a folder; train and val of one rule are disjoint by construction. */
function mayShare(training: RecipeSource, validation: RecipeSource): boolean {
  if (training.folder !== validation.folder || training.format !== validation.format) return false;
  const isParted = training.part === 'train' && validation.part === 'val';
  return !(isParted && training.split === validation.split);
}

/**
 * Leaves out of training what is also in validation: samples of a track or sequence that is in both, one problem
 * per group. Otherwise the network would be judged on pictures that it has memorised.
 */
export async function withoutSharedTracks<T extends LabelledTask>(
  sets: WeightedDataset<T>[],
  recipe: Recipe,
  dataDirs: readonly string[],
  problems: Problem[],
): Promise<WeightedDataset<T>[]> {
  const parted: WeightedDataset<T>[] = [];
  for (const set of sets) {
    const rivals = recipe.validation.filter((other) => set.source && mayShare(set.source, other));
    if (rivals.length === 0) {
      parted.push(set);
      continue;
    }
    const task = set.dataset.task;
    const validation = (await openData(task, rivals, dataDirs, recipe.classes)).sets;
    parted.push(withoutGroupsOf(set, validation, problems));
  }
  return parted;
}

function withoutGroupsOf<T extends LabelledTask>(
  set: WeightedDataset<T>,
  validation: WeightedDataset<T>[],
  problems: Problem[],
): WeightedDataset<T> {
  const heldBy = new Map<string, string>();
  for (const { dataset } of validation) {
    for (const { group } of dataset.samples) heldBy.set(group, dataset.name);
  }
  const shared = new Map<string, { first: string; count: number }>();
  const samples = set.dataset.samples.filter(({ group, id }) => {
    if (!heldBy.has(group)) return true;
    const known = shared.get(group);
    if (known) known.count += 1;
    else shared.set(group, { first: id, count: 1 });
    return false;
  });
  for (const [group, { first, count }] of shared) {
    problems.push({
      where: `${set.dataset.name}: ${first}`,
      reason: `expected tracks of training alone, found track ${group} in ${heldBy.get(group)} too: its ${count} samples are left out of training`,
    });
  }
  return { ...set, dataset: { ...set.dataset, samples } };
}
