import type { DetectionOutputSpec } from '../../bundle/output-spec.js';
import { detectionsInFrame } from '../../perception/detection/detections-in-frame.js';
import { createDetectionList, createSsdDecoder } from '../../perception/detection/ssd-decoder.js';
import { createInputMapping } from '../../preprocess/input-mapping.js';
import type { FrameInput } from '../frame-input.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { runsOnWholeFrame } from '../whole-frame-run.js';

/** Boxes of the SSD, in pixels of the captured frame. */
export function createDetectionRunner(
  { bundle, frame, camera }: StageSetup,
  makeInput: () => FrameInput,
): StageRunner {
  const spec = bundle.manifest.decode as DetectionOutputSpec;
  const input = makeInput();
  const decoder = createSsdDecoder(spec);
  const list = createDetectionList(spec.maxDetections);
  const mapping = createInputMapping(bundle.manifest.input.spec, frame, camera);
  const offsets = input.session.outputs[spec.offsets]!;
  const logits = input.session.outputs[spec.logits]!;
  return runsOnWholeFrame(input, () => {
    decoder.decode(offsets, logits, list);
    return { stage: 'detection', detections: detectionsInFrame(list, mapping) };
  });
}
