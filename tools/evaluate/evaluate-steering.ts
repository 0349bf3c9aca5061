import type { Bundle } from '../../src/bundle/bundle.js';
import type { SteeringOutputSpec } from '../../src/bundle/output-spec.js';
import { initialSteeringState, limitSteering } from '../../src/perception/steering/steering.js';
import type { Dataset, SteeringSample } from '../datasets/sample.js';
import { BundleRunner, type RunnerOptions } from './bundle-runner.js';
import type { Scored } from './evaluation.js';
import { requireFinite } from './finite-answer.js';
import { loadAhead } from './load-ahead.js';
import type { ObservationOf } from './observation.js';
import { regressionScores } from './regression.js';

/**
 * Scores a steering network picture by picture. The limit on the value applies to its answer, as to the rig's first
 * frame; the limit on the rate needs a previous frame and does not apply, because samples may be far apart.
 */
export async function evaluateSteering(
  bundle: Bundle,
  dataset: Dataset<'steering'>,
  options: RunnerOptions & { onSample: (observation: ObservationOf['steering']) => void },
): Promise<Scored<'steering'>> {
  const decode = bundle.manifest.decode as SteeringOutputSpec;
  const truth: number[] = [];
  const predicted: number[] = [];
  const runner = await BundleRunner.open(bundle, dataset.camera, options);
  try {
    const load = (sample: SteeringSample) => sample.load();
    for await (const { sample, loaded } of loadAhead(dataset.samples, load, dataset.problems)) {
      const result = await runner.run(loaded);
      if (result.stage !== 'steering') continue;
      requireFinite([result.rawAngleRad], sample.id, bundle.where);
      const limited = limitSteering(initialSteeringState, result.rawAngleRad, 0, decode);
      const predictedRad = limited.result.angleRad;
      truth.push(sample.steeringRad);
      predicted.push(predictedRad);
      options.onSample({ sample, predictedRad });
    }
  } finally {
    await runner.dispose();
  }
  const { mae, rmse, r2, correlation } = regressionScores(truth, predicted);
  const metrics = { maeRad: mae, rmseRad: rmse, r2, correlation };
  return { count: truth.length, metrics, notes: [] };
}
