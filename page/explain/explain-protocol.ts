import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import {
  type ExplainMethod,
  type GradientMethod,
  gradientMethods,
} from '../../src/explanation/explain-methods.js';
import type { Heat } from '../../src/explanation/heat.js';

/** Ways of explaining that the browser computes; `windshield explain --view` computes the others for the page. */
export type LocalMethod = Exclude<ExplainMethod, GradientMethod>;
export const isLocal = (method: ExplainMethod): method is LocalMethod =>
  !(gradientMethods as readonly string[]).includes(method);

export interface FrameToExplain {
  picture: Uint8Array<ArrayBuffer> | ImageBitmap;
  /** As the drive carries it, for whatever size. */
  camera: CameraModel | undefined;
}

export type ExplainRequest = { id: number } & (
  | { kind: 'load'; urls: readonly string[] }
  | {
      kind: 'explain';
      frame: FrameToExplain;
      task: Task;
      method: ExplainMethod;
      /** Segmentation: the pixel that is asked about. */
      pointPx?: readonly [number, number];
    }
);

/** What can be asked of one network. */
export interface Explainable {
  task: Task;
  methods: readonly ExplainMethod[];
}

export interface Explained {
  /** For people. */
  answer: string;
  heat: Heat;
}

export type ExplainAnswer = { id: number } & (
  | { loaded: Explainable[] }
  | { explained: Explained }
  /** More is to come for the same question. */
  | { progress: { done: number; total: number } }
  /** Another question came. */
  | { isOvertaken: true }
  | { error: string }
);
