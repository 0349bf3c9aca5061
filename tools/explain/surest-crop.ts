import type { Bundle } from '../../src/bundle/bundle.js';
import { croppedClasses } from '../../src/bundle/crop-spec.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { classesOf } from '../../src/stages/classes-of.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { RgbImage } from '../datasets/sample.js';
import { BundleRunner } from '../evaluate/bundle-runner.js';

/**
 * What a classifier of crops is to be asked about: of the boxes that it would read, the one that the detector is surest
 * of, numbered as BundleRunner numbers classes for it. Rejects with ERR_USAGE where the picture shows none.
 */
export async function surestCrop(
  classifier: Bundle,
  detector: Bundle,
  picture: RgbImage,
  camera: CameraModel | undefined,
): Promise<StageResult> {
  const { decode } = classifier.manifest;
  const wanted = readsCrops(decode) ? croppedClasses(decode) : [];
  const runner = await BundleRunner.open(detector, camera);
  try {
    const result = await runner.run(picture);
    const detections = result.stage === 'detection' ? result.detections : [];
    const names = classesOf(detector.manifest);
    const [surest] = detections
      .map((one) => ({ ...one, classId: wanted.indexOf(names[one.classId]!) }))
      .filter(({ classId }) => classId >= 0)
      .sort((a, b) => b.score - a.score);
    if (surest === undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected a ${wanted.join(' or ')} to explain, found none in this frame`,
      );
    return { stage: 'detection', detections: [surest] };
  } finally {
    await runner.dispose();
  }
}
