import type { Bundle } from '../../src/bundle/bundle.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { PictureRunner } from '../../src/explanation/picture-runner.js';
import { wantedClasses } from '../../src/explanation/surest-crop.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import type { RgbImage } from '../../src/frame/rgb-image.js';
import type { NetworkSession } from '../../src/inference/network-session.js';
import { hostInput } from '../../src/stages/frame-input.js';
import { stageTable } from '../../src/stages/stage-table.js';

/** The rig's stage for pictures of one size, on a session in this browser. */
export async function stageOnPage(
  bundle: Bundle,
  session: NetworkSession,
  { widthPx, heightPx }: Pick<RgbImage, 'widthPx' | 'heightPx'>,
  camera: CameraModel | undefined,
): Promise<PictureRunner> {
  const create = await stageTable[bundle.manifest.task].loadRunner();
  const frame = packedRgbLayout(widthPx, heightPx);
  const setup = { bundle, session, frame, camera, detectorClasses: wantedClasses(bundle) };
  const stage = create(setup, () => hostInput(setup));
  return {
    run: async (picture, input) => (await stage.run(picture.data, input)).result,
    output: (name) => session.outputs[name]!,
  };
}
