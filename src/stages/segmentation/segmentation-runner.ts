import type { SegmentationOutputSpec } from '../../bundle/output-spec.js';
import { segmentationSize } from '../../bundle/segmentation-shapes.js';
import { createSegmentationDecoder } from '../../perception/segmentation/segmentation-decoder.js';
import { contentNorm } from '../../preprocess/input-geometry.js';
import type { FrameInput } from '../frame-input.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { runsOnWholeFrame } from '../whole-frame-run.js';

/** The class map as run lengths, with class shares and free space. */
export function createSegmentationRunner(
  { bundle, frame }: StageSetup,
  makeInput: () => FrameInput,
): StageRunner {
  const {
    outputs,
    decode,
    input: { spec: inputSpec },
  } = bundle.manifest;
  const spec = decode as SegmentationOutputSpec;
  const input = makeInput();
  const shape = outputs.find(({ name }) => name === spec.scores)!.shape;
  const { rows, columns } = segmentationSize(spec, shape);
  const decoder = createSegmentationDecoder(spec, columns, rows, contentNorm(inputSpec, frame));
  const scores = input.session.outputs[spec.scores]!;
  return runsOnWholeFrame(input, () => ({
    stage: 'segmentation',
    segmentation: decoder.decode(scores),
  }));
}
