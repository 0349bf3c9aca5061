import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { ObservationOf } from '../observation.js';

/** 95 % confidence intervals, by the score's name in a manifest. */
export type ScoreIntervals = Readonly<Record<string, readonly [low: number, high: number]>>;

/** Collects what a score's interval is computed from, sample by sample; keeps counts, never pictures. */
export interface IntervalCollector<T extends LabelledTask> {
  add(observation: ObservationOf[T]): void;
  /** Returns undefined if the data set has too few groups. */
  intervals(): ScoreIntervals | undefined;
}
