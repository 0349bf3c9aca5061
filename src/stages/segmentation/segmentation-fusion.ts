import type { Manifest, Task } from '../../bundle/manifest.js';
import { SegmentationEncoder } from '../../messages/segmentation-encoder.js';
import { classesOf } from '../classes-of.js';
import type { StageFusion } from '../stage-fusion.js';

/** A class map belongs to its frame only; a special encoder appends its thousands of runs. */
export function createSegmentationFusion(manifests: ReadonlyMap<Task, Manifest>): StageFusion {
  const encoder = new SegmentationEncoder(classesOf(manifests.get('segmentation')));
  return {
    accept(result, answers) {
      if (result.stage === 'segmentation') answers.segmentation = result.segmentation;
    },
    fields: () => ({}),
    append: (payload, { segmentation }) =>
      segmentation === undefined ? payload : encoder.append(payload, segmentation),
  };
}
