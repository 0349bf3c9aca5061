import { openBundle } from '../../src/bundle/bundle.js';
import type { Dataset } from '../datasets/sample.js';
import { manifestScores } from '../evaluate/evaluation.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';
import type { tf } from '../layers-to-onnx/tf.js';
import { makeBundle } from './make-bundle.js';
import type { TaskTraining } from './tasks/task-training.js';

/** Exports the model in memory and evaluates it as the rig would run it, on up to `limit` samples of each set. */
export async function validate(
  model: tf.LayersModel,
  training: TaskTraining,
  sets: readonly Dataset[],
  limit: number,
): Promise<Record<string, number>> {
  const { files } = makeBundle(model, training, {
    version: '0',
    training: { data: [], seed: 0, command: '' },
    scores: {},
  });
  const bundle = await openBundle(files, 'the network in training');
  const metrics: Record<string, number> = {};
  for (const dataset of sets) {
    const evaluation = await runEvaluation(bundle, dataset, { limit });
    // The first set's metrics decide; those of others have the set's name as prefix.
    const prefix = dataset === sets[0] ? '' : `${dataset.name}: `;
    for (const [name, value] of Object.entries(manifestScores(evaluation))) {
      metrics[prefix + name] = value;
    }
  }
  return metrics;
}
