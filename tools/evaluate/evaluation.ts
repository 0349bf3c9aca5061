import type { LabelledTask, Task } from '../../src/bundle/manifest.js';
import type { Dataset } from '../datasets/sample.js';
import type { DetectionScores } from './detection-scores.js';
import type { Doubt } from './doubt.js';
import type { ScoreIntervals } from './intervals/interval-collector.js';
import type { SegmentationScores } from './segmentation-scores.js';
import type { VehiclesFound } from './vehicles-found.js';

/** All shares are 0..1. */
export interface MetricsOf {
  /** Share of crops (signs, lights) whose best class is right, even if the network would abstain; or one of its best five. */
  signs: { accuracy: number; top5: number };
  segmentation: SegmentationScores;
  detection: DetectionScores & {
    /** Only with KITTI's labels: see vehiclesFound. */
    vehicles?: VehiclesFound;
  };
  /** Radians at the wheels. */
  steering: { maeRad: number; rmseRad: number; r2: number; correlation: number };
}

/** One bundle's scores on one data set. */
export interface Evaluation<T extends LabelledTask = LabelledTask> {
  task: Task;
  /** Name, version and hash of the evaluated bundle. */
  bundle: string;
  /** The data set's name. */
  data: string;
  /** Samples that were scored. */
  count: number;
  metrics: MetricsOf[T];
  /**
   * 95 % confidence interval of each score, by its name in `manifestScores`, by bootstrap over pictures, tracks or
   * stretches of a drive. Absent if the data set has too few of them.
   */
  intervals?: ScoreIntervals;
  /** Calibration of the probabilities that the network claims; absent if it claims none. */
  doubt?: Doubt;
  /** Further notes for people, one line each. */
  notes: string[];
  /** Samples left out, by the reader or because they did not load. */
  problems: Dataset['problems'];
}

/** Result of scoring one task. */
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
