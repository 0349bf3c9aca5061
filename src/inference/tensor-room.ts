import type { TensorDtype } from '../bundle/manifest.js';
import { halfBits, halfValue } from '../onnx/half-float.js';

type Stored = Float32Array | Uint16Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/**
 * A network's input or output, both as float32 for us and in the network's type. For float32 both are one array; for
 * other types the values are converted at each run, between arrays that are allocated at the start.
 */
export class TensorRoom {
  readonly dtype: TensorDtype;
  /** Float32 values that the pipeline writes and reads. */
  readonly values: Float32Array;
  /** Values in the network's type that the network writes and reads. */
  readonly stored: Stored;

  constructor(dtype: TensorDtype, length: number) {
    this.dtype = dtype;
    this.values = new Float32Array(length);
    this.stored = dtype === 'float32' ? this.values : storageOf(dtype, length);
  }

  /** Before a run: converts the first `count` values to the network's type; integers are rounded and clamped. */
  store(count: number): void {
    if (this.dtype !== 'float32') storeInto(this.dtype, this.values, this.stored, count);
  }

  /** After a run: converts the first `count` values to float32. */
  load(count: number): void {
    if (this.dtype !== 'float32') loadFrom(this.dtype, this.stored, this.values, count);
  }

  /** Copies the network's own array as float32; the rest of `values` becomes zeros. */
  take(given: ArrayLike<number> | ArrayLike<bigint>): void {
    const count = Math.min(given.length, this.values.length);
    loadFrom(this.dtype, given as Stored, this.values, count);
    this.values.fill(0, count);
  }
}

function storageOf(dtype: TensorDtype, length: number): Stored {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length);
    case 'float16':
      return new Uint16Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int64':
      return new BigInt64Array(length);
  }
}

const clampTo = (value: number, low: number, high: number): number =>
  value > low ? Math.min(high, Math.round(value)) : low;

function storeInto(dtype: TensorDtype, from: Float32Array, to: Stored, count: number): void {
  if (dtype === 'int64') {
    // Only the low words: a bigint per value would be allocated and thrown away.
    const words = new Int32Array(to.buffer, to.byteOffset, 2 * count);
    for (let i = 0; i < count; i++) {
      const value = clampTo(from[i]!, -(2 ** 31), 2 ** 31 - 1);
      words[2 * i] = value;
      words[2 * i + 1] = value < 0 ? -1 : 0;
    }
    return;
  }
  const numbers = to as Exclude<Stored, BigInt64Array>;
  switch (dtype) {
    case 'float16':
      for (let i = 0; i < count; i++) numbers[i] = halfBits(from[i]!);
      return;
    case 'uint8':
      for (let i = 0; i < count; i++) numbers[i] = clampTo(from[i]!, 0, 255);
      return;
    case 'bool':
      for (let i = 0; i < count; i++) numbers[i] = from[i] === 0 ? 0 : 1;
      return;
    case 'int8':
      for (let i = 0; i < count; i++) numbers[i] = clampTo(from[i]!, -128, 127);
      return;
    default:
      for (let i = 0; i < count; i++) {
        numbers[i] = dtype === 'int32' ? clampTo(from[i]!, -(2 ** 31), 2 ** 31 - 1) : from[i]!;
      }
  }
}

function loadFrom(dtype: TensorDtype, from: Stored, to: Float32Array, count: number): void {
  if (dtype === 'int64') {
    const words = new Int32Array(from.buffer, from.byteOffset, 2 * count);
    for (let i = 0; i < count; i++) {
      // Both words as one number, without a bigint per value.
      to[i] = words[2 * i]! + (words[2 * i + 1]! + (words[2 * i]! < 0 ? 1 : 0)) * 2 ** 32;
    }
    return;
  }
  const numbers = from as Exclude<Stored, BigInt64Array>;
  if (dtype === 'float16') for (let i = 0; i < count; i++) to[i] = halfValue(numbers[i]!);
  else for (let i = 0; i < count; i++) to[i] = numbers[i]!;
}
