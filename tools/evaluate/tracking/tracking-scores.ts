import { type ClearMotScores, clearMotScores } from './clear-mot.js';
import { overlapsOf, type TrackedFrame } from './frame-overlaps.js';
import { type HotaScores, hotaScores } from './hota.js';
import { type IdentityScores, identityScores } from './identity-scores.js';

export type TrackingScores = ClearMotScores & IdentityScores & HotaScores;

/**
 * How well tracks follow true objects, by the three usual measures, over the frames in their order. Boxes of all classes
 * count alike; a box matches only boxes of its own class.
 */
export function trackingScores(frames: readonly TrackedFrame[]): TrackingScores {
  const overlaps = frames.map(overlapsOf);
  return { ...clearMotScores(overlaps), ...identityScores(overlaps), ...hotaScores(overlaps) };
}
