import type { tf } from '../../../layers-to-onnx/tf.js';
import { sizeOf } from './heap-backend.js';
import type { HeapKernel } from './heap-kernel.js';

/** Repeats a tensor along its axes; if only axes of length 1 repeat, this is a broadcast. */
export const tile: HeapKernel = {
  name: 'Tile',
  compute({ inputs, attrs, backend, graphs }) {
    const { x } = inputs as { x: tf.TensorInfo };
    const reps = attrs['reps'] as number[];
    const shape = x.shape.map((size, axis) => size * reps[axis]!);
    if (x.dtype !== 'float32' || sizeOf(shape) === 0) return undefined;
    const isBroadcast = x.shape.every((size, axis) => size === 1 || reps[axis] === 1);
    return graphs.run(backend, 'Tile', reps, [{ tensor: x }], [{ shape }], (graph, input) => [
      isBroadcast
        ? graph.node('Expand', [input!, graph.ints('shape', shape)])
        : graph.node('Tile', [input!, graph.ints('reps', reps)]),
    ])[0];
  },
};
