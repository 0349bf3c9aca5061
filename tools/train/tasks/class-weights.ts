import { PerceptionError } from '../../../src/frame/perception-error.js';

/** Throws ERR_CONFIG if one of the names under a recipe's key is not a class. */
export function requireClasses(
  key: string,
  names: readonly string[],
  classes: readonly string[],
): void {
  const unknown = names.find((name) => !classes.includes(name));
  if (unknown === undefined) return;
  throw new PerceptionError(
    'ERR_CONFIG',
    `${key}: expected classes of ${classes.join(', ')}, found "${unknown}"`,
  );
}

/**
 * A recipe's class weights in the order of the classes; `otherwise` (1 by default) for those it does not name.
 * Undefined if the recipe has none and `otherwise` is absent. Throws ERR_CONFIG for a name that is not a class.
 */
export function resolveClassWeights(
  weights: Readonly<Record<string, number>> | undefined,
  classes: readonly string[],
  otherwise?: Readonly<Record<string, number>>,
): Float32Array | undefined {
  requireClasses('classWeights', Object.keys(weights ?? {}), classes);
  if (!weights && !otherwise) return undefined;
  return Float32Array.from(classes, (name) => own(weights, name) ?? own(otherwise, name) ?? 1);
}

/** A class may be called `constructor`, which every object has. */
const own = (weights: Readonly<Record<string, number>> | undefined, name: string) =>
  weights !== undefined && Object.hasOwn(weights, name) ? weights[name] : undefined;
