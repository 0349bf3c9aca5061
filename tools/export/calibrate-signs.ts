import { fitTemperature, type LabelledLogits } from '../evaluate/probability-calibration.js';
import type { TaskTraining } from '../train/tasks/task-training.js';

/**
 * Returns the training with the temperature at which the sign network's probabilities fit its answers on the validation
 * data best (Guo et al. 2017): label smoothing and averaged weights make a network underconfident. Other
 * tasks, and signs without validation data, are returned unchanged. The order of the classes does not change, so
 * neither does the accuracy.
 */
export function calibrateSigns(
  training: TaskTraining,
  answers: readonly LabelledLogits[],
  onNote: (line: string) => void,
): TaskTraining {
  if (training.decode.kind !== 'signs' || answers.length === 0) return training;
  const temperature = Number(fitTemperature(answers).toFixed(3));
  onNote(`temperature ${temperature}, fitted on ${answers.length} signs`);
  return { ...training, decode: { ...training.decode, temperature } };
}
