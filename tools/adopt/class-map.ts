import type { CandidateOutputSpec } from '../../src/bundle/detection-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { usualNames } from './class-names.js';

export type Unmapped = 'drop' | 'keep';

/**
 * Maps each of the network's classes to a published class: by `map`, or without it by usual road-user names; the others are
 * dropped, or keep their names. Throws ERR_USAGE for a name in `map` that the network does not know, and if no class
 * is left to publish.
 */
export function mapClasses(
  names: readonly string[],
  map: Readonly<Record<string, string>> | undefined,
  unmapped: Unmapped,
): Pick<CandidateOutputSpec, 'classes' | 'networkClasses'> {
  const stray = Object.keys(map ?? {}).find((name) => !names.includes(name));
  if (stray !== undefined) {
    throw new PerceptionError(
      'ERR_USAGE',
      `--map: expected classes of the network (${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}), found "${stray}"`,
    );
  }
  const wanted = map ?? usualNames;
  const published = (name: string): string | undefined =>
    (Object.hasOwn(wanted, name) ? wanted[name] : undefined) ??
    (unmapped === 'keep' ? name : undefined);
  const networkClasses = names.map((name) => {
    const as = published(name);
    return as === undefined ? { name } : { name, as };
  });
  const classes = [...new Set(networkClasses.flatMap(({ as }) => as ?? []))];
  if (classes.length > 0) return { classes, networkClasses };
  throw new PerceptionError(
    'ERR_USAGE',
    `expected at least one class to publish, found none of ${names.slice(0, 12).join(', ')} among ours: --map says what is what, --unmapped keep takes them as they are`,
  );
}
