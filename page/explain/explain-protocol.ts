import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import {
  type ExplainMethod,
  type GradientMethod,
  gradientMethods,
} from '../../src/explanation/explain-methods.js';
import type { Heat } from '../../src/explanation/heat.js';

/** Methods that the browser computes; `windshield explain --view` computes the others for the page. */
export type LocalMethod = Exclude<ExplainMethod, GradientMethod>;
export const isLocal = (method: ExplainMethod): method is LocalMethod =>
  !(gradientMethods as readonly string[]).includes(method);

export interface FrameToExplain {
  picture: Uint8Array<ArrayBuffer> | ImageBitmap;
  /** As the drive carries it, for any picture size. */
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

/** The methods that can explain one network. */
export interface Explainable {
  task: Task;
  methods: readonly ExplainMethod[];
}

export interface Explained {
  /** The answer in words. */
  answer: string;
  heat: Heat;
}

export type ExplainAnswer = { id: number } & (
  | { loaded: Explainable[] }
  | { explained: Explained }
  /** Not the last message for this question. */
  | { progress: { done: number; total: number } }
  /** A newer question came. */
  | { isOvertaken: true }
  | { error: string }
);
