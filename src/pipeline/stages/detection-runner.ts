import type { DetectionOutputSpec } from '../../bundle/output-spec.js';
import { detectionsInFrame } from '../../perception/detection/detections-in-frame.js';
import { createDetectionList, createSsdDecoder } from '../../perception/detection/ssd-decoder.js';
import { createInputMapping } from '../../preprocess/input-mapping.js';
import type { StageRunner, StageSetup } from './stage-runner.js';
import { runsOnWholeFrame } from './whole-frame-run.js';

/** Boxes of the SSD, in pixels of the captured frame. */
export function createDetectionRunner(setup: StageSetup, spec: DetectionOutputSpec): StageRunner {
  const { bundle, session, frame, camera } = setup;
  const decoder = createSsdDecoder(spec);
  const list = createDetectionList(spec.maxDetections);
  const mapping = createInputMapping(bundle.manifest.input.spec, frame, camera);
  const offsets = session.outputs[spec.offsets]!;
  const logits = session.outputs[spec.logits]!;
  return runsOnWholeFrame(setup, () => {
    decoder.decode(offsets, logits, list);
    return { stage: 'detection', detections: detectionsInFrame(list, mapping) };
  });
}
