import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { Pasted } from '../loading/sample-store.js';
import { openData, type WeightedDataset } from '../open-data.js';
import type { Recipe } from '../recipe.js';
import type { TaskTraining } from '../tasks/task-training.js';
import { missingClasses } from './class-counts.js';
import { type Problem, stopAtProblems } from './data-problems.js';
import { withoutEmptyMasks } from './empty-masks.js';
import { type Fold, withoutFold } from './folds.js';
import { findUnsure, ignoreRegions, type UnsureRegions } from './ignore-unsure.js';
import { openPasted } from './open-pasted.js';
import { withoutSharedTracks } from './shared-tracks.js';

/** Everything that determines the training data; plain data, so that a thread can open it again. */
export interface TrainingDataRequest {
  recipe: Recipe;
  dataDirs: readonly string[];
  /** The part of a cross-validation that is held out. */
  fold?: Fold;
  /** Regions that findUnsureOnce has already found. */
  unsure?: UnsureRegions;
}

/** Summary of what was opened, for people. */
export interface DataSummary {
  sets: { name: string; licence: string; count: number; weight: number }[];
  /** Optional sources that are not there. */
  absent: string[];
  problems: Problem[];
}

export interface TrainingData<T extends LabelledTask> {
  sets: WeightedDataset<T>[];
  pasted: Pasted;
  summary: DataSummary;
}

/**
 * Opens the data that a recipe trains on and checks it: files that the readers left out, masks without a
 * label, tracks that are also in validation, classes without an example. All problems are counted; with `onBadData: stop`
 * it rejects with ERR_DATASET naming the first. Also rejects with what the readers throw.
 */
export async function openTrainingData<T extends LabelledTask>(
  request: TrainingDataRequest,
  training: TaskTraining<T>,
): Promise<TrainingData<T>> {
  const { recipe, dataDirs } = request;
  const problems: Problem[] = [];
  const { sets, absent } = await openSets(request, training, problems);
  const unsure = request.unsure ?? (await findUnsure(sets));
  ignoreRegions(sets, unsure);
  problems.push(...unsure.problems);
  const left = sets.filter(({ dataset }) => dataset.samples.length > 0);
  // Sets may share their readers' list of problems.
  const found = new Set(sets.flatMap(({ dataset }) => dataset.problems));
  problems.unshift(...found);
  problems.push(...missingClasses(sets, training.decode));
  const pasted = await openPasted(recipe.augmentation, dataDirs, problems);
  stopAtProblems(problems, recipe.onBadData ?? 'skip');
  if (left.length === 0) throw nothingLeft(problems);
  return {
    sets: left.map((set) => ({
      ...set,
      dataset: training.prepare?.(set.dataset) ?? set.dataset,
    })),
    pasted,
    summary: {
      sets: left.map(({ dataset, weight }) => ({
        name: dataset.name,
        licence: dataset.licence,
        count: dataset.samples.length,
        weight,
      })),
      absent,
      problems,
    },
  };
}

/**
 * The request with the regions to ignore already found; otherwise each thread would run the bundle over the same
 * pictures. Rejects as openTrainingData does.
 */
export async function findUnsureOnce<T extends LabelledTask>(
  request: TrainingDataRequest,
  training: TaskTraining<T>,
): Promise<TrainingDataRequest> {
  if (request.recipe.data.every(({ unsure }) => unsure === undefined)) return request;
  const { sets } = await openSets(request, training, []);
  return { ...request, unsure: await findUnsure(sets) };
}

/** The sets without samples that must not be trained on: the same sets in the same order for the same request. */
async function openSets<T extends LabelledTask>(
  { recipe, dataDirs, fold }: TrainingDataRequest,
  training: TaskTraining<T>,
  problems: Problem[],
): Promise<{ sets: WeightedDataset<T>[]; absent: string[] }> {
  const { sets: all, absent } = await openData(
    training.task,
    recipe.data,
    dataDirs,
    recipe.classes,
  );
  const own = fold
    ? withoutFold(all, recipe, fold)
    : await withoutSharedTracks(all, recipe, dataDirs, problems);
  return { sets: await withoutEmptyMasks(own, problems), absent };
}

function nothingLeft(problems: readonly Problem[]): PerceptionError {
  const [first] = problems;
  const told = first
    ? `; ${problems.length} problems, the first: ${first.where}: ${first.reason}`
    : '';
  return new PerceptionError(
    'ERR_DATASET',
    `expected samples to train on, found none that may be used${told}`,
  );
}
