import type { LabelledTask, Task } from '../../src/bundle/manifest.js';
import type { Dataset } from '../datasets/sample.js';
import type { DetectionScores } from './detection-scores.js';
import type { Doubt } from './doubt.js';
import type { ScoreIntervals } from './intervals/interval-collector.js';
import type { SegmentationScores } from './segmentation-scores.js';
import type { VehiclesFound } from './vehicles-found.js';

/** All shares are 0..1. */
export interface MetricsOf {
  /** Share of crops (of signs, of lights) whose best class is right, whether or not the network would abstain, and whose class is among the best five. */
  signs: { accuracy: number; top5: number };
  segmentation: SegmentationScores;
  detection: DetectionScores & {
    /** Of KITTI's labels only: see vehiclesFound. */
    vehicles?: VehiclesFound;
  };
  /** Radians at the wheels. */
  steering: { maeRad: number; rmseRad: number; r2: number; correlation: number };
}

/** One bundle's scores on one data set. */
export interface Evaluation<T extends LabelledTask = LabelledTask> {
  task: Task;
  /** Name, version and hash of the bundle that was measured. */
  bundle: string;
  /** The data set's name. */
  data: string;
  /** Samples that were scored. */
  count: number;
  metrics: MetricsOf[T];
  /**
   * Between which values 95 % of a score lies, by its name in `manifestScores`: found by drawing pictures, tracks or
   * stretches of a drive again. Absent where the data set has too few of them.
   */
  intervals?: ScoreIntervals;
  /** Whether what the network claims of its answers holds; absent where it claims nothing. */
  doubt?: Doubt;
  /** More for people, a line each. */
  notes: string[];
  /** What was left out, by the reader or because it did not load. */
  problems: Dataset['problems'];
}

/** What the measuring of one task yields. */
export type Scored<T extends LabelledTask> = Pick<
  Evaluation<T>,
  'count' | 'metrics' | 'doubt' | 'notes'
>;

/** Metrics as flat numbers for a manifest's `scores`: nested ones get names such as "traffic_sign.ap50". */
export function manifestScores({ metrics }: Pick<Evaluation, 'metrics'>): Record<string, number> {
  const scores: Record<string, number> = {};
  const add = (prefix: string, value: unknown) => {
    if (typeof value === 'number') scores[prefix] = value;
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        add(prefix === '' || prefix === 'perClass' ? key : `${prefix}.${key}`, inner);
      }
    }
  };
  add('', metrics);
  return scores;
}
