import { type CropOutputSpec, croppedClasses } from '../../bundle/crop-spec.js';
import { nowNs } from '../../frame/clock.js';
import { PerceptionError } from '../../frame/perception-error.js';
import { decodeSigns, type SignBatch } from '../../perception/signs/decode-signs.js';
import { selectSignCrops } from '../../perception/signs/sign-crops.js';
import { createCropper } from '../../preprocess/cropper.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { exampleBoxes } from './example-boxes.js';

/** Classifies a detector's boxes of certain classes, cut from the full-resolution frame, one batch at a time. */
export function createCropRunner(setup: StageSetup): StageRunner {
  const { bundle, session, frame, detectorClasses } = setup;
  const spec = bundle.manifest.decode as CropOutputSpec;
  const stage = spec.kind;
  const stray = croppedClasses(spec).find((name) => !detectorClasses.includes(name));
  if (stray !== undefined)
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${bundle.where}: cropFrom: expected a class of the detector (${detectorClasses.join(', ')}), found ${stray}`,
    );
  const cropper = createCropper(bundle.manifest.input.spec, frame);
  const logits = session.outputs[spec.logits]!;
  return {
    preprocessedBy: cropper.kernel,
    exampleInput: (count) =>
      exampleBoxes(count, detectorClasses.indexOf(croppedClasses(spec)[0]!), frame),
    dispose: () => session.dispose(),
    async run(pixels, input) {
      const startNs = nowNs();
      const detections = input?.stage === 'detection' ? input.detections : [];
      const wanted =
        input?.stage === 'detection' && stage === 'signs' ? input.signsToRead : undefined;
      const crops = selectSignCrops(detections, detectorClasses, spec).filter(
        (index) => wanted === undefined || wanted.includes(index),
      );
      if (crops.length === 0) {
        const batch = { readings: [], probabilities: new Float32Array() };
        const endNs = nowNs();
        const marks = { startNs, preprocessEndNs: endNs, inferenceEndNs: endNs, endNs };
        return { result: { stage, batch }, marks };
      }
      const batches: SignBatch[] = [];
      let preprocessNs = 0n;
      let inferenceNs = 0n;
      // A network whose batch is smaller than the number of crops runs more than once.
      for (let first = 0; first < crops.length; first += session.maxBatch) {
        const part = crops.slice(first, first + session.maxBatch);
        const partNs = nowNs();
        for (const [item, index] of part.entries()) {
          const { boxXyxyPx } = detections[index]!;
          cropper.cropInto(pixels, boxXyxyPx, spec.cropMarginNorm, session.input, item);
        }
        const cutNs = nowNs();
        await session.run(part.length);
        preprocessNs += cutNs - partNs;
        inferenceNs += nowNs() - cutNs;
        batches.push(decodeSigns(logits, part, spec));
      }
      const preprocessEndNs = startNs + preprocessNs;
      const inferenceEndNs = preprocessEndNs + inferenceNs;
      const marks = { startNs, preprocessEndNs, inferenceEndNs, endNs: nowNs() };
      return { result: { stage, batch: joined(batches, spec.classes.length) }, marks };
    },
  };
}

function joined(batches: readonly SignBatch[], classCount: number): SignBatch {
  if (batches.length === 1) return batches[0]!;
  const readings = batches.flatMap((batch) => batch.readings);
  const probabilities = new Float32Array(readings.length * classCount);
  let at = 0;
  for (const batch of batches) {
    probabilities.set(batch.probabilities, at);
    at += batch.probabilities.length;
  }
  return { readings, probabilities };
}
