import type { Task } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { GradientMethod } from './explain-methods.js';

/**
 * What `POST /explain/heat?question=<JSON>` asks; its body are the pixels, packed rgb8 of `widthPx` x `heightPx`. The answer is
 * an AnsweredHeat as one line of JSON, a line feed, and `columns` x `rows` bytes of heat (see Heat).
 */
export interface ExplainQuestion {
  task: Task;
  method: GradientMethod;
  widthPx: number;
  heightPx: number;
  /** As the drive carries it, for whatever size. */
  camera?: CameraModel;
  /** Segmentation: the pixel that is asked about. */
  pointPx?: readonly [number, number];
}

export interface AnsweredHeat {
  /** For people. */
  answer: string;
  columns: number;
  rows: number;
}
