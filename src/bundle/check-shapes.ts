import { PerceptionError } from '../frame/perception-error.js';
import { elementCount } from './golden.js';
import type { Golden, Manifest } from './manifest.js';
import { type OutputSpec, readsCrops, taskOfDecoding } from './output-spec.js';
import type { TaskRow } from './task-row.js';
import { taskTable } from './task-table.js';

type Dimension = number | string;

/** The input tensor's shape that an input spec requires, without the batch dimension. */
export function inputShapeTail(spec: Manifest['input']['spec']): [number, number, number] {
  return spec.layout === 'nchw'
    ? [3, spec.heightPx, spec.widthPx]
    : [spec.heightPx, spec.widthPx, 3];
}

/**
 * Checks a manifest against itself and its golden file: task and decoding, input shape and input spec, output
 * shapes and decoding, golden shapes and tensor shapes. Throws ERR_BUNDLE or ERR_BUNDLE_SHAPE with the difference.
 */
export function checkShapes(manifest: Manifest, golden: Golden, where: string): void {
  const { decode, task, input, outputs } = manifest;
  if (taskOfDecoding(decode) !== task) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected a decode.kind of task ${task}, found ${decode.kind}, which is of ${taskOfDecoding(decode)}`,
    );
  }
  const batch = input.tensor.shape[0]!;
  if (!readsCrops(decode) && batch !== 1) {
    mismatch(
      where,
      `input ${input.tensor.name}`,
      [1, ...inputShapeTail(input.spec)],
      input.tensor.shape,
    );
  }
  const expectedInput = [batch, ...inputShapeTail(input.spec)];
  if (!sameShape(expectedInput, input.tensor.shape)) {
    mismatch(where, `input ${input.tensor.name}`, expectedInput, input.tensor.shape);
  }
  // The decoding belongs to this task: that was checked above.
  const row: TaskRow = taskTable[task];
  for (const [name, expected] of row.outputs(decode, { input: input.spec, batch, outputs })) {
    const tensor = outputs.find((output) => output.name === name);
    if (tensor === undefined) {
      const known = outputs.map((output) => output.name).join(', ');
      throw new PerceptionError(
        'ERR_BUNDLE_SHAPE',
        `${where}: expected an output named ${name}, found ${known}`,
      );
    }
    const isSame =
      tensor.shape.length === expected.length &&
      expected.every((size, axis) => size === undefined || size === tensor.shape[axis]);
    if (!isSame) mismatch(where, `output ${name}`, expected, tensor.shape);
  }
  row.check?.(decode, where);
  checkGolden(manifest, golden, where);
}

function checkGolden(manifest: Manifest, golden: Golden, where: string): void {
  const { input, outputs, decode } = manifest;
  const bound = bindDimensions(input.tensor.shape, golden.input.shape);
  if (bound === undefined) {
    mismatch(where, 'golden input', input.tensor.shape, golden.input.shape);
  }
  const goldenBatch = golden.input.shape[0]!;
  if (readsCrops(decode) && goldenBatch > decode.maxBatch) {
    mismatch(where, 'golden batch', [decode.maxBatch], [goldenBatch]);
  }
  for (const tensor of outputs) {
    const entry = golden.outputs[tensor.name];
    if (entry === undefined) {
      throw new PerceptionError(
        'ERR_BUNDLE_SHAPE',
        `${where}: expected golden values of output ${tensor.name}, found none`,
      );
    }
    const expected = tensor.shape.map((size) =>
      typeof size === 'string' ? (bound.get(size) ?? candidatesOf(decode) ?? size) : size,
    );
    if (!sameShape(expected, entry.shape)) {
      mismatch(where, `golden output ${tensor.name}`, expected, entry.shape);
    }
    const count = elementCount(entry.shape);
    const isUsable =
      entry.indices.length > 0 &&
      entry.indices.length === entry.values.length &&
      entry.indices.every((index) => index < count);
    if (!isUsable) {
      throw new PerceptionError(
        'ERR_BUNDLE',
        `${where}: golden output ${tensor.name}: expected as many values as indices, all below ${count}`,
      );
    }
  }
}

/** Most rows that are read from a network whose number of rows varies; undefined for other networks. */
export function candidatesOf(decode: OutputSpec): number | undefined {
  return 'maxCandidates' in decode ? decode.maxCandidates : undefined;
}

/** Sizes of the named dimensions, or undefined if the shapes differ. */
function bindDimensions(
  shape: readonly Dimension[],
  actual: readonly number[],
): Map<string, number> | undefined {
  const bound = new Map<string, number>();
  if (shape.length !== actual.length) return undefined;
  for (const [axis, size] of shape.entries()) {
    const found = actual[axis]!;
    if (typeof size === 'string') bound.set(size, found);
    else if (size !== found) return undefined;
  }
  return bound;
}

function sameShape(a: readonly Dimension[], b: readonly Dimension[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function mismatch(
  where: string,
  what: string,
  expected: readonly (Dimension | undefined)[],
  found: readonly Dimension[],
): never {
  const shown = expected.map((size) => size ?? 'any').join(', ');
  throw new PerceptionError(
    'ERR_BUNDLE_SHAPE',
    `${where}: ${what}: expected shape [${shown}], found [${found.join(', ')}]`,
  );
}
