import type { Task } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { GradientMethod } from './explain-methods.js';

/**
 * The question of `POST /explain/heat?question=<JSON>`; its body is the pixels, packed rgb8 of `widthPx` x `heightPx`.
 * The answer is an AnsweredHeat as one line of JSON, a line feed, and `columns` x `rows` bytes of heat (see Heat).
 */
export interface ExplainQuestion {
  task: Task;
  method: GradientMethod;
  widthPx: number;
  heightPx: number;
  /** As the drive carries it, for any picture size. */
  camera?: CameraModel;
  /** Segmentation: the pixel that is asked about. */
  pointPx?: readonly [number, number];
}

export interface AnsweredHeat {
  /** The answer in words. */
  answer: string;
  columns: number;
  rows: number;
}
