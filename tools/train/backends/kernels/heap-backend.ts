import type { tf } from '../../../layers-to-onnx/tf.js';

/** The part of the wasm backend that kernels use: tensors are ranges of its heap. */
export interface HeapBackend {
  /** Allocates a tensor on the heap, its values undefined. May grow the heap, which detaches earlier views. */
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** The tensor's values, as a view of the heap. */
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
  /** Counts one more tensor over the same values; each is disposed of separately. */
  incRef(dataId: object): void;
}

/** The float32 view of a tensor. Take it after all outputs of the call have been allocated. */
export function floatsOf(backend: HeapBackend, tensor: tf.TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
