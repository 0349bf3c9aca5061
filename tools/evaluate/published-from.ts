import type { DetectionOutputSpec } from '../../src/bundle/output-spec.js';
import { temperedProbability } from '../../src/perception/detection/activations.js';

/** The lowest score that a detector publishes, 0..1: its threshold after the temperature is applied. */
export function publishedFrom({
  scoreThreshold,
  scoreTemperature = 1,
}: Pick<DetectionOutputSpec, 'scoreThreshold' | 'scoreTemperature'>): number {
  if (scoreTemperature === 1) return scoreThreshold;
  return temperedProbability(scoreThreshold, scoreTemperature);
}

/** A score with at most three digits, for people. */
export const shownScore = (score: number): string => String(Number(score.toFixed(3)));
