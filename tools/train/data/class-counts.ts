import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { OutputSpec } from '../../../src/bundle/output-spec.js';
import type { Dataset, DetectionSample, SignSample } from '../../datasets/sample.js';
import type { WeightedDataset } from '../open-data.js';
import type { Problem } from './data-problems.js';
import type { ReadMask } from './empty-masks.js';

/** Number of examples of each class: signs, boxes that are learnt, or pictures in which the class occurs. */
export function classCounts(sets: readonly { dataset: Dataset }[], classes: readonly string[]) {
  const counts = new Array<number>(classes.length).fill(0);
  const count = (classId: number): void => {
    if (classId >= 0 && classId < counts.length) counts[classId]! += 1;
  };
  for (const { dataset } of sets) {
    for (const sample of dataset.samples) {
      if (dataset.task === 'signs') count((sample as SignSample).classId);
      if (dataset.task === 'segmentation') (sample as ReadMask).classIds.forEach(count);
      if (dataset.task !== 'detection') continue;
      for (const { className, weight } of (sample as DetectionSample).boxes) {
        if (weight > 0) count(classes.indexOf(className));
      }
    }
  }
  return counts;
}

/** One problem for each class that the network should learn and that has no example. */
export function missingClasses<T extends LabelledTask>(
  sets: readonly WeightedDataset<T>[],
  decode: OutputSpec,
): Problem[] {
  if (!('classes' in decode)) return [];
  const counts = classCounts(sets as unknown as { dataset: Dataset }[], decode.classes);
  const where = sets.map(({ dataset }) => dataset.name).join(', ');
  return decode.classes
    .filter((_name, classId) => counts[classId] === 0)
    .map((name) => ({
      where,
      reason: `expected an example of every class, found none of ${name}`,
    }));
}
