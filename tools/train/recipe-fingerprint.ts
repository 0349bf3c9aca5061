import { createHash } from 'node:crypto';
import type { Recipe } from './recipe.js';

/**
 * Fingerprint that tells whether a checkpoint belongs to a recipe. How long to train, how to judge, from where on to answer, what
 * to do with bad data and what the weights began as may change under way; what each step computes may not. Keys that a
 * recipe does not have leave it as it is.
 */
export function recipeFingerprint(recipe: Recipe): string {
  const {
    epochs: _epochs,
    evaluateEveryEpochs: _evaluateEveryEpochs,
    patience: _patience,
    validation: _validation,
    onBadData: _onBadData,
    from: _from,
    temperature: _temperature,
    scoreThreshold: _scoreThreshold,
    ...rest
  } = recipe;
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}
