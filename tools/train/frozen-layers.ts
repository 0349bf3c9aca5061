import { PerceptionError } from '../../src/frame/perception-error.js';
import type { ParameterView } from './training-step.js';
import { layerOf } from './weight-layout.js';

/**
 * The layers of `layers` whose name matches a pattern, in which * matches any characters and ? one. Throws
 * ERR_CONFIG for a pattern that no layer matches, and if no layer is left to train.
 */
export function frozenLayers(
  layers: readonly string[],
  patterns: readonly string[] = [],
): ReadonlySet<string> {
  const frozen = new Set<string>();
  for (const pattern of patterns) {
    const matching = layers.filter((layer) => globPattern(pattern).test(layer));
    for (const layer of matching) frozen.add(layer);
    if (matching.length > 0) continue;
    throw new PerceptionError(
      'ERR_CONFIG',
      `freeze: expected a pattern that matches a layer with weights (${layers.join(', ')}), found "${pattern}"`,
    );
  }
  if (frozen.size < layers.length || layers.length === 0) return frozen;
  throw new PerceptionError(
    'ERR_CONFIG',
    `freeze: expected a layer that is left to train, found all ${layers.length} frozen`,
  );
}

/** The weights that training moves: all but those of frozen layers. Throws as `frozenLayers`. */
export function movingViews(
  views: readonly ParameterView[],
  patterns: readonly string[] | undefined,
): readonly ParameterView[] {
  const layers = [...new Set(views.map(({ name }) => layerOf(name)))];
  const frozen = frozenLayers(layers, patterns);
  return views.filter(({ name }) => !frozen.has(layerOf(name)));
}

function globPattern(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
