import type { DetectionOutputSpec } from '../../src/bundle/output-spec.js';
import type { Detection } from '../../src/perception/results.js';
import { boxIou } from '../datasets/box-geometry.js';
import type { TruthBox } from '../datasets/sample.js';
import { averagePrecision } from '../evaluate/average-precision.js';
import { classHits } from '../evaluate/detection-scores.js';
import type { FoundBox } from '../evaluate/match-boxes.js';
import type { TrialScore } from './trial.js';

/** Detections with class names. */
export function foundBoxes(
  detections: readonly Detection[],
  { classes }: DetectionOutputSpec,
): FoundBox[] {
  return detections.map(({ classId, score, boxXyxyPx }) => ({
    className: classes[classId]!,
    score,
    boxXyxyPx,
  }));
}

/**
 * Average precision over the boxes of all classes that are both labelled and published, as one list: with few pictures
 * a mean over classes would depend on the rarest. `recall` and `precision` are at `threshold`.
 */
export function labelledScore(
  pictures: readonly { truth: readonly TruthBox[]; found: readonly FoundBox[] }[],
  classes: readonly string[],
  threshold: number,
): TrialScore {
  const perClass = classes.map((name) => classHits(pictures, name, 0.5));
  const labelled = perClass.filter(({ count }) => count > 0);
  const hits = labelled.flatMap((entry) => entry.hits);
  const count = labelled.reduce((sum, entry) => sum + entry.count, 0);
  const published = hits.filter(({ score }) => score >= threshold);
  const right = published.filter(({ isHit }) => isHit).length;
  return {
    value: averagePrecision(hits, count),
    parts: {
      recall: count === 0 ? 0 : right / count,
      precision: published.length === 0 ? 0 : right / published.length,
    },
  };
}

/**
 * Score without labels: the mean score of the detections times the share of them that is found again after moving the picture
 * by a few pixels. Only an estimate: a network may be steadily wrong. `pairs`: detections in a picture, and in the moved
 * one, in coordinates of the first.
 */
export function steadiness(
  pairs: readonly { plain: readonly FoundBox[]; moved: readonly FoundBox[] }[],
): TrialScore {
  let again = 0;
  let all = 0;
  let boxes = 0;
  for (const { plain, moved } of pairs) {
    const open = new Set(moved);
    for (const box of plain) {
      const match = [...open].find(
        (other) =>
          other.className === box.className && boxIou(other.boxXyxyPx, box.boxXyxyPx) >= 0.5,
      );
      if (match === undefined) continue;
      open.delete(match);
      again += box.score + match.score;
    }
    boxes += plain.length + moved.length;
    all += [...plain, ...moved].reduce((sum, { score }) => sum + score, 0);
  }
  const share = all === 0 ? 0 : again / all;
  const sureness = boxes === 0 ? 0 : all / boxes;
  // The share does not count boxes: more of them raise the score, with diminishing returns.
  const plenty = 1 - Math.exp(-again / (4 * Math.max(1, pairs.length)));
  return {
    value: share * sureness * plenty,
    parts: { 'found again': share, 'mean score': sureness },
  };
}
