import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { Recipe } from '../recipe.js';
import { detectionTraining } from './detection.js';
import { segmentationTraining } from './segmentation.js';
import { signsTraining } from './signs.js';
import { steeringTraining } from './steering.js';
import type { TaskTraining, TaskTrainingFactory } from './task-training.js';

const factories: { [T in LabelledTask]: TaskTrainingFactory<T> } = {
  detection: detectionTraining,
  signs: signsTraining,
  segmentation: segmentationTraining,
  steering: steeringTraining,
};

/** The training of a recipe's task. */
export function taskTraining(recipe: Recipe): TaskTraining {
  return factories[recipe.task](recipe) as unknown as TaskTraining;
}
