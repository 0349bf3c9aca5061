import { boxIou } from '../datasets/box-geometry.js';
import type { Finding } from './finding.js';
import { boxOf } from './match-detections.js';
import type { FramePair } from './pair-results.js';
import { counted } from './words.js';

const mostFrames = 3;
/** Maximum number of frames compared at each shift: enough for a decision, however long the drive. */
const mostCompared = 600;

/**
 * Results that belong to another frame: they agree with the reference when shifted by up to three frames, and not
 * unshifted. Judged by boxes and by the network's own steering angle, before it is limited.
 */
export function delayFindings(pairs: readonly FramePair[]): Finding[] {
  const used = pairs.slice(0, mostCompared);
  if (used.length < 4 * mostFrames) return [];
  const asIs = disagreement(used, 0);
  if (asIs === 0) return [];
  let best = { shift: 0, disagreement: asIs };
  for (let shift = -mostFrames; shift <= mostFrames; shift++) {
    const found = disagreement(used, shift);
    if (found < best.disagreement) best = { shift, disagreement: found };
  }
  if (best.shift === 0 || best.disagreement > asIs / 4) return [];
  const frames = counted(Math.abs(best.shift), 'frame');
  const way =
    best.shift > 0
      ? 'late: each result belongs to an earlier frame'
      : 'early: each result belongs to a later frame';
  return [{ kind: 'delay', words: `results come ${frames} ${way}` }];
}

/**
 * Disagreement between the reference on frame n and the candidate on frame n + shift, mean over the frames; 0 for
 * equal ones.
 */
function disagreement(pairs: readonly FramePair[], shift: number): number {
  let sum = 0;
  let frames = 0;
  for (let n = mostFrames; n < pairs.length - mostFrames; n++) {
    const { reference } = pairs[n]!;
    const { candidate } = pairs[n + shift]!;
    frames++;
    if (reference.steering !== undefined && candidate.steering !== undefined)
      sum += Math.abs(reference.steering.rawAngleRad - candidate.steering.rawAngleRad) * 10;
    for (const { boxPx, className } of reference.detections) {
      let best = 0;
      for (const other of candidate.detections)
        if (other.className === className)
          best = Math.max(best, boxIou(boxOf(boxPx), boxOf(other.boxPx)));
      sum += 1 - best;
    }
  }
  return frames === 0 ? 0 : sum / frames;
}
