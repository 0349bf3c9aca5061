import type { DetectionOutputSpec } from '../../bundle/output-spec.js';
import { temperedProbability } from '../../perception/detection/activations.js';
import { createDetectionDecoder } from '../../perception/detection/detection-decoders.js';
import { createDetectionList } from '../../perception/detection/detection-list.js';
import { detectionsInFrame } from '../../perception/detection/detections-in-frame.js';
import { createInputMapping } from '../../preprocess/input-mapping.js';
import type { FrameInput } from '../frame-input.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { runsOnWholeFrame } from '../whole-frame-run.js';

/** Boxes of the detector, in pixels of the captured frame. */
export function createDetectionRunner(
  { bundle, frame, camera }: StageSetup,
  makeInput: () => FrameInput,
): StageRunner {
  const spec = bundle.manifest.decode as DetectionOutputSpec;
  const { scoreTemperature } = spec;
  const input = makeInput();
  const decoder = createDetectionDecoder(spec, bundle.manifest);
  const list = createDetectionList(spec.maxDetections);
  const mapping = createInputMapping(bundle.manifest.input.spec, frame, camera);
  const { outputs } = input.session;
  return runsOnWholeFrame(input, () => {
    decoder.decode(outputs, list);
    const detections = detectionsInFrame(list, mapping);
    if (scoreTemperature !== undefined)
      for (const detection of detections)
        detection.score = temperedProbability(detection.score, scoreTemperature);
    return { stage: 'detection', detections };
  });
}
