import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';

/** Ways of explaining that the browser computes. */
export const explainMethods = {
  'visual-backprop': 'VisualBackProp: what catches its eye',
  occlusion: 'Occlusion: what the answer is lost without',
} as const;
export type ExplainMethod = keyof typeof explainMethods;

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

/** How much each place of the whole frame counts, 0..255, row-major. */
export interface Heat {
  columns: number;
  rows: number;
  values: Uint8Array;
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
