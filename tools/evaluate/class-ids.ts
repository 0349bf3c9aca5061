import { PerceptionError } from '../../src/frame/perception-error.js';

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
