/** Times at which one stage worked on one frame; milliseconds after the frame's capture. */
export interface StageSpan {
  stage: string;
  /** The lane that it ran in: its stages joined by `+`. */
  lane: string;
  /** Dispatched to the lane. */
  dispatchMs: number;
  /** Started; until then the frame waited on its way or for the lane's other stages. */
  startMs: number;
  preprocessEndMs: number;
  inferenceEndMs: number;
  endMs: number;
}

export const stageStates = ['ok', 'skipped', 'late', 'failed'] as const;
export type TimedState = (typeof stageStates)[number];

/** Times of one published frame. */
export interface FrameTiming {
  frameId: number;
  /** After the capture of the recording's first frame. */
  captureMs: number;
  /** Its pixels were complete in the ring. Counted, like all times below, from this frame's capture. */
  arrivalMs: number;
  /** All stages had been decided and it was this frame's turn to be fused and published. */
  publishMs: number;
  /** Stages that answered in time, in the order in which they began. */
  stages: readonly StageSpan[];
  /** Stages whose answer is missing from the result, and why. */
  absent: readonly Absence[];
  /** The pipeline's mode when the frame left, as its file names it; empty if nothing was held back. */
  mode: string;
}

/** A stage without an answer. `reason`: why it was skipped, empty if the recording does not say. */
export interface Absence {
  stage: string;
  state: Exclude<TimedState, 'ok'>;
  reason: string;
}

/** False for a stage that had nothing to infer, such as signs in a frame without any. */
export const didInfer = ({ preprocessEndMs, inferenceEndMs }: StageSpan): boolean =>
  inferenceEndMs > preprocessEndMs;

/** Span of the stage that answered last; undefined if no stage answered. */
export function lastAnswer({ stages }: FrameTiming): StageSpan | undefined {
  let last: StageSpan | undefined;
  for (const span of stages) if (last === undefined || span.endMs > last.endMs) last = span;
  return last;
}
