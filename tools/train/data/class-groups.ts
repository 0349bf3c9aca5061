import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { signClasses } from '../../../src/perception/classes.js';
import type { Dataset, SignSample } from '../../datasets/sample.js';

/** A user's own classes: the name of each with the names that it combines. */
export type ClassGroups = Readonly<Record<string, readonly string[]>>;

/**
 * Relabels signs: each sample gets the index of the group that holds its class. Samples of classes in no group
 * are left out. Without groups, or for another task, the data set is returned unchanged.
 * Throws ERR_CONFIG for a name that the data set does not have, and for one in two groups.
 */
export function regroupClasses<T extends LabelledTask>(
  dataset: Dataset<T>,
  groups: ClassGroups | undefined,
): Dataset<T> {
  if (!groups || dataset.task !== 'signs') return dataset;
  const names = dataset.classes ?? signClasses;
  const newIds = groupIds(groups, names, dataset.name);
  const samples = (dataset.samples as SignSample[]).flatMap((sample) => {
    const classId = newIds.get(names[sample.classId]!);
    return classId === undefined ? [] : [{ ...sample, load: () => sample.load(), classId }];
  });
  return {
    ...dataset,
    classes: Object.keys(groups),
    samples: samples as unknown as typeof dataset.samples,
  };
}

/** Index of the group of each old class name. */
export function groupIds(
  groups: ClassGroups,
  known: readonly string[],
  where: string,
): Map<string, number> {
  const ids = new Map<string, number>();
  Object.entries(groups).forEach(([group, members], classId) => {
    for (const member of members) {
      if (!known.includes(member)) {
        throw new PerceptionError(
          'ERR_CONFIG',
          `classes.${group}: expected classes of ${where} (${known.join(', ')}), found "${member}"`,
        );
      }
      if (ids.has(member)) {
        throw new PerceptionError(
          'ERR_CONFIG',
          `classes.${group}: expected each class in one group, found "${member}" in two`,
        );
      }
      ids.set(member, classId);
    }
  });
  return ids;
}
