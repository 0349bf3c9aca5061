import type { ObservationOf } from '../observation.js';
import { regressionScores } from '../regression.js';

type Seen = ObservationOf['steering'];

export interface SteeringDetails {
  /** Every sample in the order of the drive. Radians at the wheels, positive to the left. */
  samples: { id: string; truthRad: number; predictedRad: number }[];
  /** |predicted - true|, radians, nearest-rank percentiles, so actual values. */
  absoluteErrorRad: { p50: number; p95: number; max: number };
  /** Mean error with its sign: above 0 it steers too far to the left. */
  biasRad: number;
  /** Mean absolute error of always steering straight ahead, radians. */
  straightAheadMaeRad: number;
  /** Samples with the wheels turned by at least `bendRad`, and, in the next field, the others. */
  bends: { bendRad: number; count: number; maeRad: number };
  straights: { count: number; maeRad: number };
}

/** Wheels turned less than this count as straight: half a degree. */
const bendRad = Math.PI / 360;

/** All numbers of a steering network's report. */
export function steeringDetails(seen: readonly Seen[]): SteeringDetails {
  const samples = seen.map(({ sample, predictedRad }) => ({
    id: sample.id,
    truthRad: sample.steeringRad,
    predictedRad,
  }));
  const errors = samples
    .map(({ truthRad, predictedRad }) => Math.abs(predictedRad - truthRad))
    .sort((a, b) => a - b);
  const percentile = (share: number) =>
    errors[Math.max(0, Math.ceil(share * errors.length) - 1)] ?? 0;
  const maeOf = (part: SteeringDetails['samples']) =>
    regressionScores(
      part.map(({ truthRad }) => truthRad),
      part.map(({ predictedRad }) => predictedRad),
    ).mae;
  const bends = samples.filter(({ truthRad }) => Math.abs(truthRad) >= bendRad);
  const straights = samples.filter(({ truthRad }) => Math.abs(truthRad) < bendRad);
  return {
    samples,
    absoluteErrorRad: { p50: percentile(0.5), p95: percentile(0.95), max: errors.at(-1) ?? 0 },
    biasRad: mean(samples.map(({ truthRad, predictedRad }) => predictedRad - truthRad)),
    straightAheadMaeRad: mean(samples.map(({ truthRad }) => Math.abs(truthRad))),
    bends: { bendRad, count: bends.length, maeRad: maeOf(bends) },
    straights: { count: straights.length, maeRad: maeOf(straights) },
  };
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
