import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import type { MapLookUp } from '../../../src/preprocess/map-look-up.js';
import { boxOf } from '../../verdict/match-detections.js';
import { mapAgainstBoxes } from './map-against-boxes.js';
import type { MinedTask } from './mining.js';

/** Reasons to choose a frame, before label counts are known. */
export interface FrameInterest {
  /** Expected number of wrong answers, by the networks' own probabilities. */
  uncertain: number;
  /** How much two answers disagree; the unit depends on the task. */
  disagreement: number;
  /** Labels in the frame, each with how well it can be seen. */
  labels: ReadonlyMap<string, number>;
}

/** What is kept about a unit while its frames are read in order. */
export interface InterestContext {
  lookUp: MapLookUp | undefined;
  /** By track, how often its sign was read as each class so far. */
  readings: Map<number, Map<string, number>>;
}

/** A class that covers a smaller share does not count as present in the frame. */
const leastShare = 0.005;

/** How a frame's interest is computed for each task. */
export const interestOf: Readonly<
  Record<MinedTask, (frame: PerceptionFrame, context: InterestContext) => FrameInterest>
> = {
  detection(frame, { lookUp }) {
    const labels = new Map<string, number>();
    let uncertain = 0;
    for (const { className, score, boxPx } of frame.detections) {
      uncertain += 1 - score;
      const [left, top, right, bottom] = boxOf(boxPx);
      keepBest(labels, className, (right - left) * (bottom - top));
    }
    return { uncertain, disagreement: mapAgainstBoxes(frame, lookUp), labels };
  },
  segmentation(frame, { lookUp }) {
    const labels = new Map<string, number>();
    const { classShares = [], classNames = [] } = frame.segmentation ?? {};
    for (const [id, share] of classShares.entries())
      if (share >= leastShare) keepBest(labels, classNames[id] ?? String(id), share);
    // A class map has no probabilities.
    return { uncertain: 0, disagreement: mapAgainstBoxes(frame, lookUp), labels };
  },
  signs(frame, { readings }) {
    const labels = new Map<string, number>();
    let uncertain = 0;
    let disagreement = 0;
    for (const { classId, className, probability, trackId, boxPx, isRemembered } of frame.signs) {
      if (isRemembered) continue;
      uncertain += classId < 0 ? 1 : 1 - probability;
      if (classId < 0) continue;
      const [left, top, right, bottom] = boxOf(boxPx);
      keepBest(labels, className, (right - left) * (bottom - top));
      if (trackId > 0) disagreement += disagreementOnTrack(readings, trackId, className);
    }
    return { uncertain, disagreement, labels };
  },
};

function keepBest(labels: Map<string, number>, label: string, seen: number): void {
  labels.set(label, Math.max(labels.get(label) ?? 0, seen));
}

/** Share of a track's earlier readings that gave another class; then counts this reading. */
function disagreementOnTrack(
  readings: InterestContext['readings'],
  trackId: number,
  className: string,
): number {
  const counts = readings.get(trackId) ?? new Map<string, number>();
  readings.set(trackId, counts);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const same = counts.get(className) ?? 0;
  counts.set(className, same + 1);
  return all === 0 ? 0 : 1 - same / all;
}
