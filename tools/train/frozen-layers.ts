import { PerceptionError } from '../../src/frame/perception-error.js';
import type { ParameterView } from './training-step.js';
import { layerOf } from './weight-layout.js';

/**
 * The weights that training moves: all but those of layers whose name matches a pattern, in which * stands for any
 * characters and ? for one. Throws ERR_CONFIG for a pattern that no layer matches, and when nothing is left.
 */
export function movingViews(
  views: readonly ParameterView[],
  patterns: readonly string[] | undefined,
): readonly ParameterView[] {
  if (!patterns || patterns.length === 0) return views;
  const layers = [...new Set(views.map(({ name }) => layerOf(name)))];
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
  const moving = views.filter(({ name }) => !frozen.has(layerOf(name)));
  if (moving.length > 0) return moving;
  throw new PerceptionError(
    'ERR_CONFIG',
    `freeze: expected a layer that is left to train, found all ${layers.length} frozen`,
  );
}

function globPattern(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
