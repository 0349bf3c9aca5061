import type { CropOutputSpec } from '../../../src/bundle/output-spec.js';
import { signClasses } from '../../../src/perception/classes.js';
import { type ClassScores, classScores } from '../classification.js';
import {
  confusionRows,
  countPrediction,
  countsByClass,
  createConfusionMatrix,
} from '../confusion-matrix.js';
import type { ObservationOf } from '../observation.js';
import {
  claimsAt,
  expectedCalibrationError,
  fitTemperature,
  type LabelledLogits,
  negativeLogLikelihood,
  type ReliabilityBin,
  reliabilityBins,
} from '../probability-calibration.js';

type Seen = ObservationOf['signs'];

export interface SignsDetails {
  /** Mean F1 over the classes that have examples. */
  macroF1: number;
  /** Every class that has examples or was answered, in the order of ids. */
  classes: ({ name: string; count: number } & ClassScores)[];
  classesWithoutExamples: string[];
  /** Rows are the truth, columns the answer, both in the order of the data's classes. */
  confusion: number[][];
  abstention: {
    belowProbability: number;
    /** Share of the signs that the rig would read. */
    readShare: number;
    /** Share of those that are right. */
    accuracyOfRead: number;
  };
  calibration: SignsCalibration;
}

export interface SignsCalibration {
  /** The bundle's temperature. */
  bundleTemperature: number;
  /** Temperature of least negative log-likelihood on this same data. */
  fittedTemperature: number;
  /** Calibration error with each half of the tracks at the temperature fitted on the other; null with one track. */
  crossFittedEce: number | null;
  /** Calibration without scaling, as shipped, and at the fitted temperature. */
  variants: CalibrationVariant[];
}

export interface CalibrationVariant {
  name: string;
  temperature: number;
  ece: number;
  negativeLogLikelihood: number;
  bins: ReliabilityBin[];
}

/** All numbers of the report of a classifier of crops. */
export function signsDetails(
  seen: readonly Seen[],
  decode: Pick<CropOutputSpec, 'abstainBelow' | 'temperature'>,
  classNames: readonly string[] = signClasses,
): SignsDetails {
  const confusion = createConfusionMatrix(classNames.length);
  for (const { sample, predictedId } of seen)
    countPrediction(confusion, sample.classId, predictedId);
  const classes = countsByClass(confusion).map((counts, classId) => ({
    name: classNames[classId]!,
    count: counts.truePositives + counts.falseNegatives,
    isAnswered: counts.truePositives + counts.falsePositives > 0,
    ...classScores(counts),
  }));
  const withExamples = classes.filter(({ count }) => count > 0);
  const read = seen.filter(({ isAbstained }) => !isAbstained);
  const readRight = read.filter(({ sample, predictedId }) => predictedId === sample.classId);
  return {
    macroF1: share(
      withExamples.reduce((sum, { f1 }) => sum + f1, 0),
      withExamples.length,
    ),
    classes: classes
      .filter(({ count, isAnswered }) => count > 0 || isAnswered)
      .map(({ isAnswered: _, ...scores }) => scores),
    classesWithoutExamples: classes.filter(({ count }) => count === 0).map(({ name }) => name),
    confusion: confusionRows(confusion),
    abstention: {
      belowProbability: decode.abstainBelow,
      readShare: share(read.length, seen.length),
      accuracyOfRead: share(readRight.length, read.length),
    },
    calibration: calibrationOf(seen, decode.temperature),
  };
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

const answerOf = ({ sample, logits }: Seen): LabelledLogits => ({
  logits,
  truthId: sample.classId,
});

function calibrationOf(seen: readonly Seen[], bundleTemperature: number): SignsCalibration {
  const answers = seen.map(answerOf);
  const fittedTemperature = fitTemperature(answers);
  const variant = (name: string, temperature: number): CalibrationVariant => {
    const bins = reliabilityBins(claimsAt(answers, temperature));
    return {
      name,
      temperature,
      ece: expectedCalibrationError(bins),
      negativeLogLikelihood: negativeLogLikelihood(answers, temperature),
      bins,
    };
  };
  return {
    bundleTemperature,
    fittedTemperature,
    crossFittedEce: crossFittedEce(seen),
    variants: [
      variant('unscaled', 1),
      ...(bundleTemperature === 1 ? [] : [variant('as shipped', bundleTemperature)]),
      variant('fitted here', fittedTemperature),
    ],
  };
}

/** A temperature evaluated on the data it was fitted on looks too good: each half of the tracks evaluates the other's. */
function crossFittedEce(seen: readonly Seen[]): number | null {
  const tracks = [...new Set(seen.map(({ sample }) => sample.group))];
  const evenTracks = new Set(tracks.filter((_, index) => index % 2 === 0));
  const inHalf = (isEven: boolean) =>
    seen.filter(({ sample }) => evenTracks.has(sample.group) === isEven).map(answerOf);
  const [even, odd] = [inHalf(true), inHalf(false)];
  if (odd.length === 0) return null;
  const claims = [...claimsAt(even, fitTemperature(odd)), ...claimsAt(odd, fitTemperature(even))];
  return expectedCalibrationError(reliabilityBins(claims));
}
