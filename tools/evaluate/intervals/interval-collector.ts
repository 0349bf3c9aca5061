import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { ObservationOf } from '../observation.js';

/** Between which values 95 % of a score lies, by the score's name in a manifest. */
export type ScoreIntervals = Readonly<Record<string, readonly [low: number, high: number]>>;

/** Collects what a score's interval follows from, sample by sample; keeps counts, never pictures. */
export interface IntervalCollector<T extends LabelledTask> {
  add(observation: ObservationOf[T]): void;
  /** Undefined where the data set has too few groups to say. */
  intervals(): ScoreIntervals | undefined;
}
