import type { Bundle } from '../bundle/bundle.js';
import { croppedClasses } from '../bundle/crop-spec.js';
import { readsCrops } from '../bundle/output-spec.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { Detection } from '../perception/results.js';
import type { StageResult } from '../stages/stage-result.js';

/** The detector's classes whose boxes a crop classifier reads; none for a network that reads the full frame. */
export function wantedClasses({ manifest: { decode } }: Bundle): readonly string[] {
  return readsCrops(decode) ? croppedClasses(decode) : [];
}

/**
 * The box to ask a crop classifier about: the one with the highest score among the boxes that it reads. `names` are the
 * detector's classes; the returned class id is an index into `wantedClasses`. Throws ERR_USAGE if there is none.
 */
export function surestOf(
  classifier: Bundle,
  detections: readonly Detection[],
  names: readonly string[],
): StageResult {
  const wanted = wantedClasses(classifier);
  const [surest] = detections
    .map((one) => ({ ...one, classId: wanted.indexOf(names[one.classId]!) }))
    .filter(({ classId }) => classId >= 0)
    .sort((a, b) => b.score - a.score);
  if (surest !== undefined) return { stage: 'detection', detections: [surest] };
  throw new PerceptionError(
    'ERR_USAGE',
    `expected a ${wanted.join(' or ')} to explain, found none in this frame`,
  );
}
