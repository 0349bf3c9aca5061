import type { tf } from '../../../layers-to-onnx/tf.js';
import type { HeapKernel } from './heap-kernel.js';

/**
 * Another tensor over the same values, which never change. The backend's own kernel copies them, and TensorFlow.js calls
 * it for every tensor that a gradient will need: the forward pass took twice the memory.
 */
export const identity: HeapKernel = {
  name: 'Identity',
  compute({ inputs, backend }) {
    const { x } = inputs as { x: tf.TensorInfo };
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
