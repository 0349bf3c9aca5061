import type { SignsOutputSpec } from '../../bundle/output-spec.js';
import { nowNs } from '../../frame/clock.js';
import { PerceptionError } from '../../frame/perception-error.js';
import { decodeSigns } from '../../perception/signs/decode-signs.js';
import { selectSignCrops } from '../../perception/signs/sign-crops.js';
import { createCropper } from '../../preprocess/cropper.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { exampleBoxes } from './example-boxes.js';

/** Reads the signs that the detector boxed, cut from the full-resolution frame, in one batch. */
export function createSignsRunner(setup: StageSetup): StageRunner {
  const { bundle, session, frame, detectorClasses } = setup;
  const spec = bundle.manifest.decode as SignsOutputSpec;
  if (!detectorClasses.includes(spec.cropFrom))
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${bundle.where}: cropFrom: expected a class of the detector (${detectorClasses.join(', ')}), found ${spec.cropFrom}`,
    );
  const cropper = createCropper(bundle.manifest.input.spec, frame);
  const logits = session.outputs[spec.logits]!;
  return {
    preprocessedBy: cropper.kernel,
    exampleInput: (count) => exampleBoxes(count, detectorClasses.indexOf(spec.cropFrom), frame),
    dispose: () => session.dispose(),
    async run(pixels, input) {
      const startNs = nowNs();
      const detections = input?.stage === 'detection' ? input.detections : [];
      const wanted = input?.stage === 'detection' ? input.signsToRead : undefined;
      const crops = selectSignCrops(detections, detectorClasses, spec)
        .filter((index) => wanted === undefined || wanted.includes(index))
        .slice(0, session.maxBatch);
      if (crops.length === 0) {
        const batch = { readings: [], probabilities: new Float32Array() };
        const endNs = nowNs();
        const marks = { startNs, preprocessEndNs: endNs, inferenceEndNs: endNs, endNs };
        return { result: { stage: 'signs', batch }, marks };
      }
      for (const [item, index] of crops.entries()) {
        const { boxXyxyPx } = detections[index]!;
        cropper.cropInto(pixels, boxXyxyPx, spec.cropMarginNorm, session.input, item);
      }
      const preprocessEndNs = nowNs();
      await session.run(crops.length);
      const inferenceEndNs = nowNs();
      const batch = decodeSigns(logits, crops, spec);
      const marks = { startNs, preprocessEndNs, inferenceEndNs, endNs: nowNs() };
      return { result: { stage: 'signs', batch }, marks };
    },
  };
}
