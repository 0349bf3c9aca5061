import type { PerceptionFrame } from '../../../src/messages/gen/windshield/v1/perception_pb.js';
import type { MapLookUp } from '../../../src/preprocess/map-look-up.js';
import { boxOf } from '../../verdict/match-detections.js';
import { mapAgainstBoxes } from './map-against-boxes.js';
import type { MinedTask } from './mining.js';

/** What speaks for a frame, before it is known what is rare. */
export interface FrameInterest {
  /** Answers that are expected to be wrong, by the networks' own probabilities. */
  uncertain: number;
  /** What two answers do not agree on; its unit is that of the task. */
  disagreement: number;
  /** What is in it, each with how well it can be seen. */
  labels: ReadonlyMap<string, number>;
}

/** What is known of a unit while its frames are looked at, in their order. */
export interface InterestContext {
  lookUp: MapLookUp | undefined;
  /** By track, the class that its sign was read as most often so far. */
  readings: Map<number, Map<string, number>>;
}

/** A class that covers less than this is not in the frame. */
const leastShare = 0.005;

/** How a frame's interest is told, for each task. */
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
    // A class map says no probabilities.
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

/** The share of a track's earlier readings that say another class; the reading is then counted. */
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
