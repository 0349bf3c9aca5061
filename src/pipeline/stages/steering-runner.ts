import type { SteeringOutputSpec } from '../../bundle/output-spec.js';
import { decodeSteering } from '../../perception/steering/steering.js';
import type { StageRunner, StageSetup } from './stage-runner.js';
import { runsOnWholeFrame } from './whole-frame-run.js';

/** The steering angle before limits; those need the frame before and are applied when frames are fused. */
export function createSteeringRunner(setup: StageSetup, spec: SteeringOutputSpec): StageRunner {
  const output = setup.session.outputs[spec.steering]!;
  return runsOnWholeFrame(setup, () => ({
    stage: 'steering',
    rawAngleRad: decodeSteering(output, spec),
  }));
}
