import type { Bundle } from '../bundle/bundle.js';
import { croppedClasses } from '../bundle/crop-spec.js';
import { readsCrops } from '../bundle/output-spec.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { Detection } from '../perception/results.js';
import type { StageResult } from '../stages/stage-result.js';

/** The classes of the detector whose boxes a classifier of crops reads; none for a network of whole frames. */
export function wantedClasses({ manifest: { decode } }: Bundle): readonly string[] {
  return readsCrops(decode) ? croppedClasses(decode) : [];
}

/**
 * What a classifier of crops is to be asked about: of the boxes that it would read, the one that the detector, whose
 * classes `names` are, is surest of; its class is its place among `wantedClasses`. Throws ERR_USAGE where there is none.
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
