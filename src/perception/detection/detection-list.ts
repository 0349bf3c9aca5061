/** Detections as parallel arrays, best score first; the first `count` entries are valid. Reused for every frame. */
export interface DetectionList {
  count: number;
  /** Index into the class names, background not counted. */
  classIds: Int32Array;
  /** Probability 0..1. */
  scores: Float32Array;
  /** Left, top, right, bottom in shares of the network's input; may reach beyond it. */
  boxesXyxyNorm: Float32Array;
}

/** An empty list with room for `capacity` detections. */
export function createDetectionList(capacity: number): DetectionList {
  return {
    count: 0,
    classIds: new Int32Array(capacity),
    scores: new Float32Array(capacity),
    boxesXyxyNorm: new Float32Array(capacity * 4),
  };
}
