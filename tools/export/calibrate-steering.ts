import type { Bundle } from '../../src/bundle/bundle.js';
import type { SteeringSample } from '../datasets/sample.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';
import { fitSteeringResponse, type SteeringAnswer } from '../evaluate/steering-response.js';
import type { WeightedDataset } from '../train/open-data.js';
import type { TaskTraining } from '../train/tasks/task-training.js';

/**
 * Returns the training with the response curve that best maps the network's answers on its training pictures to the driver's
 * unsmoothed angles. Only the middle camera's pictures count: the side cameras' angles include a correction that nobody
 * drove. `bundle` is the network without a curve. Other tasks, and networks that no curve helps, are returned unchanged.
 */
export async function calibrateSteering(
  training: TaskTraining,
  bundle: Bundle,
  sets: readonly WeightedDataset<'steering'>[],
  onNote: (line: string) => void,
): Promise<TaskTraining> {
  const { decode } = training;
  if (decode.kind !== 'steering') return training;
  const answers: SteeringAnswer[] = [];
  for (const { dataset } of sets) {
    const samples = dataset.samples.filter(({ camera }: SteeringSample) => camera === 'centre');
    if (samples.length === 0) continue;
    await runEvaluation(
      bundle,
      { ...dataset, samples },
      {
        onObservation: ({ predictedRad, sample }) =>
          answers.push({
            value: predictedRad / decode.radPerUnit,
            truth: sample.steeringRad / decode.radPerUnit,
          }),
      },
    );
  }
  const fitted = fitSteeringResponse(answers);
  if (!fitted) return training;
  const response = {
    gain: Number(fitted.gain.toFixed(3)),
    exponent: Number(fitted.exponent.toFixed(2)),
  };
  const { gain, exponent } = response;
  onNote(
    `response ${gain} x |value| ^ ${exponent}, fitted on ${answers.length} pictures of the training data`,
  );
  return { ...training, decode: { ...decode, response } };
}
