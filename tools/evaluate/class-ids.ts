import type { Bundle } from '../../src/bundle/bundle.js';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { Dataset } from '../datasets/sample.js';

/**
 * Returns the id in our list of names for each class of a bundle. Throws ERR_BUNDLE for a name that is not in the list:
 * its answers could not be compared with the truth.
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

/** Converts a data set for scoring a bundle: crops to the bundle's classes (see inClassesOf), other tasks unchanged. */
export function inBundleClasses<T extends LabelledTask>(
  dataset: Dataset<T>,
  { manifest: { decode } }: Pick<Bundle, 'manifest'>,
): Dataset<T> {
  // If a class is a set of labels, CropAnswers parses the data's names.
  if (dataset.task !== 'signs' || !readsCrops(decode) || decode.answers === 'labels')
    return dataset;
  return inClassesOf(dataset as Dataset<'signs'>, decode.classes) as unknown as Dataset<T>;
}

/**
 * Converts a data set of signs with its own classes to the bundle's class ids, so that it may have fewer classes. A set
 * without its own classes is returned unchanged. Throws ERR_DATASET for a class that the bundle does not know.
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
