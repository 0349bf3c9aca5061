import { type CameraModel, scaleCamera } from '../../../src/calibration/camera-model.js';
import { greyFromRgb, halveGrey } from '../../../src/calibration/grey-picture.js';
import { LaneLineFinder } from '../../../src/calibration/lane-lines.js';
import { type VanishingPoint, vanishingPointOf } from '../../../src/calibration/vanishing-point.js';
import type { CalibrationPicture } from '../read-pictures.js';

/** Wider pictures are halved: a line does not become more precise with more pixels. */
const widestPx = 800;

/** The point where each picture's lanes meet; pictures without one are left out. */
export async function watchLanes(
  pictures: AsyncIterable<CalibrationPicture>,
  camera: CameraModel,
  note: (name: string, found: VanishingPoint | undefined) => void,
): Promise<VanishingPoint[]> {
  const points: VanishingPoint[] = [];
  let finder: { widthPx: number; heightPx: number; lines: LaneLineFinder } | undefined;
  for await (const picture of pictures) {
    if ('problem' in picture) continue;
    let grey = greyFromRgb(picture);
    while (grey.widthPx > widestPx) grey = halveGrey(grey);
    const { widthPx, heightPx } = grey;
    if (finder?.widthPx !== widthPx || finder.heightPx !== heightPx)
      finder = {
        widthPx,
        heightPx,
        lines: new LaneLineFinder(scaleCamera(camera, widthPx, heightPx)),
      };
    const found = vanishingPointOf(finder.lines.find(grey));
    note(picture.name, found);
    if (found !== undefined) points.push(found);
  }
  return points;
}
