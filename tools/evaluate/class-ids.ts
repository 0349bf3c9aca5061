import type { Bundle } from '../../src/bundle/bundle.js';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Dataset } from '../datasets/sample.js';

/**
 * For each class of a bundle, its id in our list of names. Throws ERR_BUNDLE for a name that is not in the list: its
 * answers could not be compared with the truth.
 */
export function idsByName(
  bundleNames: readonly string[],
  ourNames: readonly string[],
  where: string,
): number[] {
  return bundleNames.map((name) => {
    const id = ourNames.indexOf(name);
    if (id >= 0) return id;
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected classes of ${ourNames.join(', ')}, found "${name}"`,
    );
  });
}

/** A data set as a bundle is scored on it: crops in the bundle's classes (see inClassesOf), the rest unchanged. */
export function inBundleClasses<T extends LabelledTask>(
  dataset: Dataset<T>,
  { manifest: { decode } }: Pick<Bundle, 'manifest'>,
): Dataset<T> {
  // Where a class is a set of labels, the data's names are read as such (CropAnswers).
  if (dataset.task !== 'signs' || !readsCrops(decode) || decode.answers === 'labels')
    return dataset;
  return inClassesOf(dataset as Dataset<'signs'>, decode.classes) as unknown as Dataset<T>;
}

/**
 * A data set of signs whose own classes are told in the bundle's order, so that it may have fewer of them. One that
 * has no classes of its own passes unchanged. Throws ERR_DATASET for a class that the bundle does not know.
 */
export function inClassesOf(
  dataset: Dataset<'signs'>,
  bundleNames: readonly string[],
): Dataset<'signs'> {
  if (dataset.classes === undefined) return dataset;
  const ids = dataset.classes.map((name) => {
    const id = bundleNames.indexOf(name);
    if (id >= 0) return id;
    throw new PerceptionError(
      'ERR_DATASET',
      `${dataset.name}: expected classes of the bundle (${bundleNames.join(', ')}), found "${name}"`,
    );
  });
  const samples = dataset.samples.map((sample) => ({
    ...sample,
    load: () => sample.load(),
    classId: ids[sample.classId]!,
  }));
  return { ...dataset, classes: [...bundleNames], samples };
}
