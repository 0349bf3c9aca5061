import { type MatchedDetections, matchDetections } from './match-detections.js';
import type { FramePair } from './pair-results.js';

/** A frame as both runs saw it, and which of their boxes belong together. */
export interface MatchedPair {
  pair: FramePair;
  matched: MatchedDetections;
}

export const matchPairs = (pairs: readonly FramePair[]): MatchedPair[] =>
  pairs.map((pair) => ({
    pair,
    matched: matchDetections(pair.reference.detections, pair.candidate.detections),
  }));
