import { parameterCount, type StepPlan, sizeOf, statisticsCount } from './step-plan.js';

/** Memory that a split step's threads share: full batches, and the arrays of each part. */
export interface SplitMemory {
  input: Float32Array;
  parameters: Float32Array;
  outputs: { values: Float32Array; gradient: Float32Array }[];
  parts: PartMemory[];
}

export interface PartMemory {
  gradients: Float32Array;
  statistics: Float32Array;
  masks: Float32Array[];
}

/** Calls `take` for every array in their order in memory. `plan` is the plan of one part. */
function layOut<T>(plan: StepPlan, parts: number, take: (length: number) => T) {
  return {
    input: take(parts * sizeOf(plan.inputShape)),
    parameters: take(parameterCount(plan)),
    outputs: plan.outputs.map(({ shape }) => ({
      values: take(parts * sizeOf(shape)),
      gradient: take(parts * sizeOf(shape)),
    })),
    parts: Array.from({ length: parts }, () => ({
      gradients: take(parameterCount(plan)),
      statistics: take(statisticsCount(plan)),
      masks: plan.masks.map(({ shape }) => take(sizeOf(shape))),
    })),
  };
}

/** Memory for a step whose batches are split into `parts` of `plan`'s batch. */
export function createSplitMemory(plan: StepPlan, parts: number): SharedArrayBuffer {
  let values = 0;
  layOut(plan, parts, (length) => {
    values += length;
  });
  return new SharedArrayBuffer(values * 4);
}

/** The arrays as views of memory from `createSplitMemory`. */
export function viewSplitMemory(
  plan: StepPlan,
  parts: number,
  memory: SharedArrayBuffer,
): SplitMemory {
  let offset = 0;
  return layOut(plan, parts, (length) => {
    const view = new Float32Array(memory, offset, length);
    offset += length * 4;
    return view;
  });
}

/** The rows of a full batch's array that belong to one part. */
export function rowsOfPart(whole: Float32Array, part: number, parts: number): Float32Array {
  const length = whole.length / parts;
  return whole.subarray(part * length, (part + 1) * length);
}
