import type { Bundle } from '../../src/bundle/bundle.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { surestOf } from '../../src/explanation/surest-crop.js';
import { classesOf } from '../../src/stages/classes-of.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { RgbImage } from '../datasets/sample.js';
import { BundleRunner } from '../evaluate/bundle-runner.js';

/** Runs the detector and returns what surestOf finds among its boxes. Rejects as surestOf does. */
export async function surestCrop(
  classifier: Bundle,
  detector: Bundle,
  picture: RgbImage,
  camera: CameraModel | undefined,
): Promise<StageResult> {
  const runner = await BundleRunner.open(detector, camera);
  try {
    const result = await runner.run(picture);
    const detections = result.stage === 'detection' ? result.detections : [];
    return surestOf(classifier, detections, classesOf(detector.manifest));
  } finally {
    await runner.dispose();
  }
}
