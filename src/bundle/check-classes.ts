import { PerceptionError } from '../frame/perception-error.js';
import type { DetectionOutputSpec } from './detection-spec.js';

/** Throws ERR_BUNDLE if a decoding names a class twice. */
export function checkClasses(
  { classes }: { readonly classes: readonly string[] },
  where: string,
): void {
  const twice = classes.find((name, index) => classes.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new PerceptionError(
    'ERR_BUNDLE',
    `${where}: expected unique classes, found ${twice} twice`,
  );
}

/** Like checkClasses; also throws ERR_BUNDLE if a network class is published as a class that is not declared. */
export function checkNetworkClasses(decode: DetectionOutputSpec, where: string): void {
  checkClasses(decode, where);
  if (decode.kind === 'ssd') return;
  const { classes, networkClasses } = decode;
  const stray = networkClasses.find(({ as }) => as !== undefined && !classes.includes(as));
  if (stray === undefined) return;
  throw new PerceptionError(
    'ERR_BUNDLE',
    `${where}: decode.networkClasses: expected one of ${classes.join(', ')}, found ${stray.as}`,
  );
}
