import { type CropOutputSpec, croppedClasses } from '../../bundle/crop-spec.js';
import type { Detection } from '../results.js';

/** Boxes smaller than this on either side have too few pixels to read. */
const minCropPx = 6;

/**
 * Indices of the detections whose crops a classifier reads: those of the classes `cropFrom`, at least 6 px on
 * each side, best score first, at most `maxBatch`. `detectorClasses` are the detector's class names.
 */
export function selectSignCrops(
  detections: readonly Detection[],
  detectorClasses: readonly string[],
  spec: CropOutputSpec,
): number[] {
  const wanted = croppedClasses(spec).map((name) => detectorClasses.indexOf(name));
  const indices: number[] = [];
  for (const [index, detection] of detections.entries()) {
    const [left, top, right, bottom] = detection.boxXyxyPx;
    if (!wanted.includes(detection.classId)) continue;
    if (right - left >= minCropPx && bottom - top >= minCropPx) indices.push(index);
  }
  // Equal scores keep the detector's order: the choice must not vary from run to run.
  indices.sort((a, b) => detections[b]!.score - detections[a]!.score || a - b);
  return indices.slice(0, spec.maxBatch);
}
