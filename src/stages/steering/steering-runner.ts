import type { SteeringOutputSpec } from '../../bundle/output-spec.js';
import { decodeSteering, readScalar } from '../../perception/steering/steering.js';
import type { FrameInput } from '../frame-input.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { runsOnWholeFrame } from '../whole-frame-run.js';

/** The steering angle before limits; those need the previous frame and are applied when frames are fused. */
export function createSteeringRunner(
  { bundle }: StageSetup,
  makeInput: () => FrameInput,
): StageRunner {
  const spec = bundle.manifest.decode as SteeringOutputSpec;
  const input = makeInput();
  const output = input.session.outputs[spec.steering]!;
  const { throttle } = spec;
  const throttleOutput = throttle && input.session.outputs[throttle.output]!;
  return runsOnWholeFrame(input, () => {
    const rawAngleRad = decodeSteering(output, spec);
    if (throttle === undefined) return { stage: 'steering', rawAngleRad };
    return {
      stage: 'steering',
      rawAngleRad,
      suggestedThrottle: readScalar(throttleOutput!, throttle),
    };
  });
}
