import type { TruthBox } from '../datasets/sample.js';
import {
  averagePrecision,
  type CurvePoint,
  precisionRecallCurve,
  type ScoredHit,
} from './average-precision.js';
import { classHits, isScorable, type ScoredPicture, scoredClasses } from './detection-scores.js';
import { matchBoxes } from './match-boxes.js';

/** COCO's ten: 0.5 to 0.95 in steps of 0.05. */
export const cocoIous: readonly number[] = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);

export interface ClassCurve {
  className: string;
  /** True boxes. */
  count: number;
  /** Average precision at each of `cocoIous`. */
  apByIou: number[];
  /** Mean of apByIou. */
  ap50to95: number;
  /** Precision-recall curve at IoU 0.5, from the highest score down. */
  curve: CurvePoint[];
  /** Scores of the detections at or above the threshold, at IoU 0.5. */
  atThreshold: { precision: number; recall: number; f1: number };
  /** The point of the curve with the highest F1; undefined if nothing was found. */
  best: (CurvePoint & { f1: number }) | undefined;
}

/** Curves and average precision of each class that has truth, matched as matchBoxes does. */
export function classCurves(
  pictures: readonly ScoredPicture[],
  scoreThreshold: number,
): ClassCurve[] {
  return scoredClasses(pictures).map((className) => {
    const matched = cocoIous.map((iou) => classHits(pictures, className, iou));
    const { hits, count } = matched[0]!;
    const apByIou = matched.map((match) => averagePrecision(match.hits, count));
    const curve = precisionRecallCurve(hits, count);
    const best = curve
      .map((point) => ({ ...point, f1: f1Of(point) }))
      .reduce<ClassCurve['best']>(
        (top, point) => (point.f1 > (top?.f1 ?? 0) ? point : top),
        undefined,
      );
    return {
      className,
      count,
      apByIou,
      ap50to95: mean(apByIou),
      curve,
      atThreshold: scoresAt(hits, count, scoreThreshold),
      best,
    };
  });
}

/** Mean over the classes of the mean over COCO's ten IoUs; 0 without classes. */
export const meanAp50to95 = (curves: readonly ClassCurve[]): number =>
  mean(curves.map(({ ap50to95 }) => ap50to95));

function scoresAt(hits: readonly ScoredHit[], count: number, scoreThreshold: number) {
  const published = hits.filter(({ score }) => score >= scoreThreshold);
  const right = published.filter(({ isHit }) => isHit).length;
  const precision = published.length === 0 ? 0 : right / published.length;
  const recall = count === 0 ? 0 : right / count;
  return { precision, recall, f1: f1Of({ precision, recall }) };
}

const f1Of = ({ precision, recall }: { precision: number; recall: number }) =>
  precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

export interface HeightBin {
  /** Smallest height of the true box, pixels of its picture, inclusive. */
  fromPx: number;
  /** Largest height, exclusive; null for no limit. */
  toPx: number | null;
  count: number;
  found: number;
  /** 0 if there is no box. */
  recall: number;
}

const binEdgesPx = [0, 16, 24, 32, 48, 64, 96, 128, 192, 256];

/** Share of the true boxes that were found at IoU 0.5 with a score of at least the threshold, by their height. */
export function recallByHeight(
  pictures: readonly ScoredPicture[],
  scoreThreshold: number,
): HeightBin[] {
  const bins = binEdgesPx.map((fromPx, i): HeightBin => {
    return { fromPx, toPx: binEdgesPx[i + 1] ?? null, count: 0, found: 0, recall: 0 };
  });
  const binOf = ({ boxXyxyPx: [, top, , bottom] }: TruthBox) =>
    bins.findLast(({ fromPx }) => bottom - top >= fromPx) ?? bins[0]!;
  for (const picture of pictures) {
    const truth = picture.truth.filter(isScorable);
    for (const box of truth) if (box.weight === 1) binOf(box).count++;
    for (const className of new Set(truth.map((box) => box.className))) {
      const published = picture.found.filter(
        (box) => box.className === className && box.score >= scoreThreshold,
      );
      for (const outcome of matchBoxes(published, truth, className, 0.5))
        if (outcome.kind === 'hit') binOf(truth[outcome.truthIndex]!).found++;
    }
  }
  for (const bin of bins) bin.recall = bin.count === 0 ? 0 : bin.found / bin.count;
  return bins;
}
