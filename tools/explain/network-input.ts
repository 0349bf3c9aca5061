import type { Bundle } from '../../src/bundle/bundle.js';
import { croppedClasses } from '../../src/bundle/crop-spec.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import { loadStageRunner } from '../../src/stages/create-stage-runner.js';
import type { StageResult } from '../../src/stages/stage-result.js';
import type { RgbImage } from '../datasets/sample.js';
import { idleSession, itemLength } from '../quantize/network-inputs.js';

/**
 * A bundle's network input for one picture, made by the rig's own stage: one item, a new array. `input` is what the
 * stage reads besides the picture (signs: a detection, whose crop it is).
 */
export async function networkInput(
  bundle: Bundle,
  camera: CameraModel | undefined,
  picture: RgbImage,
  input?: StageResult,
): Promise<Float32Array> {
  const session = idleSession(bundle);
  const create = await loadStageRunner(bundle.manifest.task);
  const { decode } = bundle.manifest;
  const stage = create({
    bundle,
    session,
    frame: packedRgbLayout(picture.widthPx, picture.heightPx),
    camera,
    detectorClasses: readsCrops(decode) ? croppedClasses(decode) : [],
  });
  await stage.run(picture.data, input);
  return session.input.slice(0, itemLength(bundle));
}
