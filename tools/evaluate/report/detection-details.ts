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

type Seen = ObservationOf['detection'];

export interface DetectionDetails {
  scoreThreshold: number;
  mAP50: number;
  mAP50to95: number;
  classes: ClassCurve[];
  /** Classes of the bundle of which the data has no box: they are not scored. */
  classesWithoutExamples: string[];
  recallByHeight: HeightBin[];
  /** Detections above the threshold: right ones, and wrong ones by why they are. */
  detections: { right: number } & Record<FalseKind, number>;
  missed: number;
  /** Of each picture: how many boxes were found, missed and false. */
  pictures: { id: string; right: number; missed: number; wrong: number }[];
}

export interface JudgedPicture {
  seen: Seen;
  outcome: PictureOutcome;
}

/** Finer steps of a curve than this no page can show. */
const mostCurveRecalls = 240;

/** Everything the report tells of a detector in numbers, and what became of every box in every picture. */
export function detectionDetails(
  seen: readonly Seen[],
  decode: DetectionOutputSpec,
): { details: DetectionDetails; judged: JudgedPicture[] } {
  const { scoreThreshold } = decode;
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
 * The curve's corners, where recall or precision begin to change, at steps of recall that leave about
 * `mostCurveRecalls` of them, the last among them.
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
