import type { Bundle } from '../../src/bundle/bundle.js';
import type { Dataset } from '../datasets/sample.js';
import { fitTemperature, type LabelledLogits } from '../evaluate/probability-calibration.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';
import type { TaskTraining } from '../train/tasks/task-training.js';

/**
 * The training with the temperature at which the sign network's probabilities fit the validation data best
 * (Guo et al. 2017): label smoothing and averaged weights leave a network less sure than it may be. Other tasks, and
 * signs without validation data, come back as they are. The order of the classes does not change, so neither does
 * the accuracy.
 */
export async function calibrateSigns(
  bundle: Bundle,
  training: TaskTraining,
  validation: readonly Dataset[],
  onNote: (line: string) => void,
): Promise<TaskTraining> {
  if (training.decode.kind !== 'signs' || validation.length === 0) return training;
  const answers: LabelledLogits[] = [];
  for (const dataset of validation as readonly Dataset<'signs'>[]) {
    await runEvaluation(bundle, dataset, {
      onObservation: ({ logits, sample }) => answers.push({ logits, truthId: sample.classId }),
    });
  }
  const temperature = Number(fitTemperature(answers).toFixed(3));
  onNote(`temperature ${temperature}, fitted on ${answers.length} signs`);
  return { ...training, decode: { ...training.decode, temperature } };
}
