import type { NoveltyOutputSpec } from '../../bundle/output-spec.js';
import type { FrameInput } from '../frame-input.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { runsOnWholeFrame } from '../whole-frame-run.js';

/** Measures how far a frame is from the ordinary ones: the network itself compares the picture with its reconstruction. */
export function createNoveltyRunner(
  { bundle }: StageSetup,
  makeInput: () => FrameInput,
): StageRunner {
  const spec = bundle.manifest.decode as NoveltyOutputSpec;
  const input = makeInput();
  const error = input.session.outputs[spec.error]!;
  const distance = input.session.outputs[spec.distance]!;
  return runsOnWholeFrame(input, () => ({
    stage: 'novelty',
    reconstructionError: error[0]!,
    distance: distance[0]!,
  }));
}
