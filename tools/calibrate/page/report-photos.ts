import type { RgbImage } from '../../datasets/sample.js';
import { photoUri } from '../../page/picture-uri.js';
import type { CameraCalibrationResult } from '../calibrate-camera.js';
import { undistortPicture } from '../undistort-picture.js';
import type { ReportPhotos } from './calibration-page.js';

const widestPx = 960;

/** The used picture whose board comes nearest to the border, where distortion is largest, before and after undistortion. */
export async function reportPhotos(
  { model, used }: CameraCalibrationResult,
  pictureNamed: (name: string) => Promise<RgbImage | undefined>,
): Promise<ReportPhotos> {
  const reach = ({ pointsPx }: { pointsPx: Float64Array }) =>
    pointsPx.reduce(
      (farthest, value, i) =>
        Math.max(farthest, Math.abs(value - (i % 2 ? model.cyPx : model.cxPx))),
      0,
    );
  const { name } = used.reduce((best, one) =>
    reach(one.sighting) > reach(best.sighting) ? one : best,
  );
  const picture = await pictureNamed(name);
  return {
    name,
    before: picture && (await photoUri(picture, widestPx)),
    after: picture && (await photoUri(undistortPicture(picture, model), widestPx)),
  };
}
