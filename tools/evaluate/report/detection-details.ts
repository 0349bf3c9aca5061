import type { DetectionOutputSpec } from '../../../src/bundle/output-spec.js';
import type { CurvePoint } from '../average-precision.js';
import {
  type ClassCurve,
  classCurves,
  type HeightBin,
  meanAp50to95,
  recallByHeight,
} from '../detection-curves.js';
import {
  type FalseKind,
  falseKinds,
  outcomeOf,
  type PictureOutcome,
} from '../detection-outcomes.js';
import type { ObservationOf } from '../observation.js';
import { publishedFrom } from '../published-from.js';

type Seen = ObservationOf['detection'];

export interface DetectionDetails {
  /** The lowest score that is published: after the bundle's temperature. */
  scoreThreshold: number;
  mAP50: number;
  mAP50to95: number;
  classes: ClassCurve[];
  /** Classes of the bundle without a box in the data: they are not scored. */
  classesWithoutExamples: string[];
  recallByHeight: HeightBin[];
  /** Number of detections above the threshold: right ones, and wrong ones by reason. */
  detections: { right: number } & Record<FalseKind, number>;
  missed: number;
  /** For each picture, the number of boxes found, missed and false. */
  pictures: { id: string; right: number; missed: number; wrong: number }[];
}

export interface JudgedPicture {
  seen: Seen;
  outcome: PictureOutcome;
}

/** More steps of a curve than this cannot be seen on a page. */
const mostCurveRecalls = 240;

/** All numbers of a detector's report, and the outcome of every box in every picture. */
export function detectionDetails(
  seen: readonly Seen[],
  decode: DetectionOutputSpec,
): { details: DetectionDetails; judged: JudgedPicture[] } {
  const scoreThreshold = publishedFrom(decode);
  const curves = classCurves(seen, scoreThreshold);
  const classNames = curves.map(({ className }) => className);
  const judged = seen.map((picture) => ({
    seen: picture,
    outcome: outcomeOf(picture, scoreThreshold, classNames),
  }));
  const count = (kind: FalseKind) =>
    sum(judged, ({ wrong }) => wrong.filter((found) => found.kind === kind).length);
  const counts = falseKinds.map((kind) => [kind, count(kind)]);
  const details: DetectionDetails = {
    scoreThreshold,
    mAP50: curves.reduce((total, { apByIou }) => total + apByIou[0]! / curves.length, 0),
    mAP50to95: meanAp50to95(curves),
    classes: curves.map((curve) => ({ ...curve, curve: thinned(curve.curve) })),
    classesWithoutExamples: decode.classes.filter((name) => !classNames.includes(name)),
    recallByHeight: recallByHeight(seen, scoreThreshold),
    detections: { right: sum(judged, ({ right }) => right.length), ...Object.fromEntries(counts) },
    missed: sum(judged, ({ missed }) => missed.length),
    pictures: judged.map(({ seen: { sample }, outcome: { right, missed, wrong } }) => ({
      id: sample.id,
      right: right.length,
      missed: missed.length,
      wrong: wrong.length,
    })),
  };
  return { details, judged };
}

const sum = (judged: readonly JudgedPicture[], countOf: (outcome: PictureOutcome) => number) =>
  judged.reduce((total, { outcome }) => total + countOf(outcome), 0);

/**
 * Thins a curve to its corners, where recall or precision begins to change, at steps of recall that leave about
 * `mostCurveRecalls` of them, including the last.
 */
function thinned(curve: readonly CurvePoint[]): CurvePoint[] {
  const step = (curve.at(-1)?.recall ?? 0) / (mostCurveRecalls - 1);
  let keptRecall = -1;
  return curve.filter(({ recall }, index) => {
    const isCorner = recall !== curve[index - 1]?.recall || recall !== curve[index + 1]?.recall;
    const isLast = index === curve.length - 1;
    const isKept = recall === keptRecall || recall >= keptRecall + step || isLast;
    if (isCorner && isKept) keptRecall = recall;
    return isCorner && isKept;
  });
}
