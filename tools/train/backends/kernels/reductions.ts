import { tf } from '../../../layers-to-onnx/tf.js';
import { sizeOf } from './heap-backend.js';
import type { HeapKernel } from './heap-kernel.js';

/** Below this many values the backend's own kernel, which transposes first, is as fast. */
const fewestValues = 2048;

/** Sum over axes other than the innermost, as the gradient of a bias needs it. */
export const sum = reduction('Sum', 'ReduceSum');
/** Mean over axes other than the innermost, as batch normalisation and global pooling need it. */
export const mean = reduction('Mean', 'ReduceMean');

// The backend reduces only innermost axes and transposes the tensor for others.
function reduction(name: string, opType: 'ReduceSum' | 'ReduceMean'): HeapKernel {
  return {
    name,
    compute({ inputs, attrs, backend, graphs }) {
      const { x } = inputs as { x: tf.TensorInfo };
      const rank = x.shape.length;
      const axes = tf.util.parseAxisParam(attrs['axis'] as number | number[], x.shape);
      const isInnermost = Math.min(...axes) >= rank - axes.length;
      if (x.dtype !== 'float32' || isInnermost || sizeOf(x.shape) < fewestValues) return undefined;

      const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const shape =
        attrs['keepDims'] === true ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
      return graphs.run(
        backend,
        opType,
        axes,
        [{ tensor: x }],
        [{ shape, dims: kept }],
        (graph, input) => [
          opType === 'ReduceSum'
            ? graph.node(opType, [input!, graph.ints('axes', axes)])
            : graph.node(opType, [input!], { axes }),
        ],
      )[0];
    },
  };
}
