import type { InputSpec } from '../../../src/bundle/input-spec.js';

/** Typed arrays that targets are made of. */
interface TargetArrays {
  uint8: Uint8Array;
  int8: Int8Array;
  float32: Float32Array;
}
type TargetType = keyof TargetArrays;

/** What a task's loss reads besides the network's outputs: names, types and number of values per row of the batch. */
export type TargetLayout = Readonly<Record<string, { type: TargetType; perRow: number }>>;

/** The arrays of a layout. */
export type TargetsOf<L extends TargetLayout> = {
  readonly [Name in keyof L]: TargetArrays[L[Name]['type']];
};

/** One batch: the network's input and the targets of the loss, row after row. */
export interface Batch {
  /** float32 [batch, 3, rows, columns]. */
  readonly input: Float32Array;
  readonly targets: Readonly<Record<string, TargetArrays[TargetType]>>;
}

/** Shape of a batch in one piece of memory, so that a thread can fill it for another. */
export interface BatchLayout {
  rows: number;
  inputPerRow: number;
  targets: TargetLayout;
}

const bytesOf: Readonly<Record<TargetType, number>> = { uint8: 1, int8: 1, float32: 4 };

export function batchLayout(
  training: { input: InputSpec; targets: TargetLayout },
  rows: number,
): BatchLayout {
  const { widthPx, heightPx } = training.input;
  return { rows, inputPerRow: 3 * widthPx * heightPx, targets: training.targets };
}

/** Bytes of a batch: the input, then each target, each aligned to 4 bytes. */
export function batchBytes({ rows, inputPerRow, targets }: BatchLayout): number {
  return Object.values(targets).reduce(
    (sum, { type, perRow }) => sum + aligned(rows * perRow * bytesOf[type]),
    rows * inputPerRow * 4,
  );
}

/** The arrays of a batch as views of `memory`, which must hold at least batchBytes bytes. */
export function viewBatch(layout: BatchLayout, memory: ArrayBuffer | SharedArrayBuffer): Batch {
  const { rows, inputPerRow } = layout;
  let offset = rows * inputPerRow * 4;
  const targets: Record<string, TargetArrays[TargetType]> = {};
  for (const [name, { type, perRow }] of Object.entries(layout.targets)) {
    const length = rows * perRow;
    targets[name] = viewArray(type, memory, offset, length);
    offset += aligned(length * bytesOf[type]);
  }
  return { input: new Float32Array(memory, 0, rows * inputPerRow), targets };
}

/** A batch in newly allocated memory. */
export function createBatch(layout: BatchLayout): Batch {
  return viewBatch(layout, new ArrayBuffer(batchBytes(layout)));
}

const aligned = (bytes: number): number => Math.ceil(bytes / 4) * 4;

function viewArray(
  type: TargetType,
  memory: ArrayBuffer | SharedArrayBuffer,
  offset: number,
  length: number,
): TargetArrays[TargetType] {
  switch (type) {
    case 'uint8':
      return new Uint8Array(memory, offset, length);
    case 'int8':
      return new Int8Array(memory, offset, length);
    case 'float32':
      return new Float32Array(memory, offset, length);
  }
}
