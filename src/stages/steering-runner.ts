import type { SteeringOutputSpec } from '../bundle/output-spec.js';
import { decodeSteering } from '../perception/steering/steering.js';
import type { FrameInput } from './frame-input.js';
import type { StageRunner } from './stage-runner.js';
import { runsOnWholeFrame } from './whole-frame-run.js';

/** The steering angle before limits; those need the frame before and are applied when frames are fused. */
export function createSteeringRunner(input: FrameInput, spec: SteeringOutputSpec): StageRunner {
  const output = input.session.outputs[spec.steering]!;
  return runsOnWholeFrame(input, () => ({
    stage: 'steering',
    rawAngleRad: decodeSteering(output, spec),
  }));
}
