import { createHash } from 'node:crypto';
import type { Recipe } from './recipe.js';

/**
 * Fingerprint that tells whether a checkpoint belongs to a recipe. These may change during a run: training length,
 * validation, score threshold, temperature, handling of bad data, initial weights. What each step computes may not. Absent
 * keys do not affect the fingerprint.
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
