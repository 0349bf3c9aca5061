import { photoUri } from '../../page/picture-uri.js';
import type { CameraCalibrationResult } from '../calibrate-camera.js';
import { readCalibrationPictures } from '../read-pictures.js';
import { undistortPicture } from '../undistort-picture.js';
import type { ReportPhotos } from './calibration-page.js';

const widestPx = 960;

/** The used picture whose board reaches nearest to the border, where the lens bends most, before and after. */
export async function reportPhotos(
  places: readonly string[],
  everyS: number,
  { model, used }: CameraCalibrationResult,
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
  // A camera's frames do not come back.
  if (places.some((place) => place.includes(':')))
    return { before: undefined, after: undefined, name };
  for await (const picture of readCalibrationPictures(places, everyS)) {
    if (picture.name !== name || 'problem' in picture) continue;
    return {
      name,
      before: await photoUri(picture, widestPx),
      after: await photoUri(undistortPicture(picture, model), widestPx),
    };
  }
  return { before: undefined, after: undefined, name };
}
