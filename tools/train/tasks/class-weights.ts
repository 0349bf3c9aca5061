import { PerceptionError } from '../../../src/frame/perception-error.js';

/**
 * A recipe's class weights in the order of the classes; `otherwise` (1 when left out) for those it does not name.
 * Undefined where the recipe has none and nothing else is known. Throws ERR_CONFIG for a name that is no class.
 */
export function resolveClassWeights(
  weights: Readonly<Record<string, number>> | undefined,
  classes: readonly string[],
  otherwise?: Readonly<Record<string, number>>,
): Float32Array | undefined {
  const unknown = Object.keys(weights ?? {}).find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new PerceptionError(
      'ERR_CONFIG',
      `classWeights: expected classes of ${classes.join(', ')}, found "${unknown}"`,
    );
  }
  if (!weights && !otherwise) return undefined;
  return Float32Array.from(classes, (name) => weights?.[name] ?? otherwise?.[name] ?? 1);
}
