/** When one stage of one frame was worked on; milliseconds after the frame's capture. */
export interface StageSpan {
  stage: string;
  /** The lane that it rode in: its stages joined by `+`. */
  lane: string;
  /** Handed to the lane. */
  dispatchMs: number;
  /** Begun; until then the frame waited, on its way or behind the lane's other stages. */
  startMs: number;
  preprocessEndMs: number;
  inferenceEndMs: number;
  endMs: number;
}

export const stageStates = ['ok', 'skipped', 'late', 'failed'] as const;
export type TimedState = (typeof stageStates)[number];

/** When everything happened to one published frame. */
export interface FrameTiming {
  frameId: number;
  /** After the capture of the recording's first frame. */
  captureMs: number;
  /** After this frame's capture, as all times below: its pixels were complete in the ring. */
  arrivalMs: number;
  /** All stages were decided and it was this frame's turn to be fused and published. */
  publishMs: number;
  /** Stages that answered in time, in the order in which they began. */
  stages: readonly StageSpan[];
  /** Stages whose answer is not in the result, and why. */
  absent: readonly Absence[];
  /** What the pipeline held back when the frame left: a mode of its file, empty while nothing was. */
  mode: string;
}

/** A stage without an answer. `reason`: why it was skipped, empty where the recording does not say. */
export interface Absence {
  stage: string;
  state: Exclude<TimedState, 'ok'>;
  reason: string;
}

/** False for a stage that had nothing to infer, such as signs in a frame without any. */
export const didInfer = ({ preprocessEndMs, inferenceEndMs }: StageSpan): boolean =>
  inferenceEndMs > preprocessEndMs;

/** When the last answer of a frame was there, after its capture; undefined where no stage answered. */
export function lastAnswer({ stages }: FrameTiming): StageSpan | undefined {
  let last: StageSpan | undefined;
  for (const span of stages) if (last === undefined || span.endMs > last.endMs) last = span;
  return last;
}
