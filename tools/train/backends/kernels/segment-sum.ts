import type { tf } from '../../../layers-to-onnx/tf.js';
import { floatsOf, sizeOf } from './heap-backend.js';
import type { HeapKernel } from './heap-kernel.js';

/**
 * Adds each row of `x` to the row of the result that its segment id names; ids outside the result are ignored.
 * The gradient of `gather`. The wasm backend has no such kernel.
 */
export const unsortedSegmentSum: HeapKernel = {
  name: 'UnsortedSegmentSum',
  compute({ inputs, attrs, backend }) {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const numSegments = attrs['numSegments'] as number;
    const rowShape = x.shape.slice(segmentIds.shape.length);
    const rowSize = sizeOf(rowShape);
    const out = backend.makeOutput([numSegments, ...rowShape], x.dtype);
    const sums = floatsOf(backend, out).fill(0);
    const rows = floatsOf(backend, x);
    const ids = backend.typedArrayFromHeap(segmentIds);
    ids.forEach((id, row) => {
      if (id < 0 || id >= numSegments) return;
      for (let i = 0; i < rowSize; i += 1) sums[id * rowSize + i]! += rows[row * rowSize + i]!;
    });
    return out;
  },
};
