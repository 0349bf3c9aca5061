import type { tf } from '../../../layers-to-onnx/tf.js';
import type { HeapKernel } from './heap-kernel.js';

/**
 * Another tensor over the same values, which never change. The backend's own kernel copies them, and a copy of
 * every tensor is made that a gradient will need: that was the memory of the forward pass twice.
 */
export const identity: HeapKernel = {
  name: 'Identity',
  compute({ inputs, backend }) {
    const { x } = inputs as { x: tf.TensorInfo };
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
