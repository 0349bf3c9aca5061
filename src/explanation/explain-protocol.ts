import type { Task } from '../../bundle/manifest.js';
import type { CameraModel } from '../../calibration/camera-model.js';

/** Ways of explaining that need the way back through a network: they are computed beside the page's server. */
export const servedMethods = {
  gradient: 'Gradient: which pixels move the answer',
  smoothgrad: 'SmoothGrad: the same, over noisy copies',
  integrated: 'Integrated gradients: what made the answer, from black on',
  'grad-cam': 'Grad-CAM: which places of a layer',
} as const;
export type ServedMethod = keyof typeof servedMethods;

/**
 * What `POST /explain/heat?question=<JSON>` asks; its body are the pixels, packed rgb8 of `widthPx` x `heightPx`. The answer is
 * an AnsweredHeat as one line of JSON, a line feed, and `columns` x `rows` bytes of heat (see Heat).
 */
export interface ExplainQuestion {
  task: Task;
  method: ServedMethod;
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
