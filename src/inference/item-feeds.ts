import type { Bundle } from '../bundle/bundle.js';
import { elementCount } from '../bundle/golden.js';
import type { NativeTensor } from './native-session.js';
import { TensorRoom } from './tensor-room.js';

/**
 * All inputs of a bundle's network for `batch` items, by name: `input`, float32 as preprocessing writes it, in the network's
 * own type, and the inputs that are the same for every frame. In new arrays, unless the network reads float32.
 */
export function itemFeeds(
  { manifest }: Bundle,
  input: Float32Array,
  batch = 1,
): Record<string, NativeTensor> {
  const { tensor, constants = [] } = manifest.input;
  const dims = tensor.shape.map((size) => (typeof size === 'string' ? batch : size));
  return {
    [tensor.name]:
      tensor.dtype === 'float32'
        ? { type: 'float32', dims, data: input }
        : stored(tensor.dtype, dims, input),
    ...Object.fromEntries(
      constants.map(({ name, dtype, shape, values }) => [name, stored(dtype, shape, values)]),
    ),
  };
}

function stored(
  type: NativeTensor['type'],
  dims: readonly number[],
  values: ArrayLike<number>,
): NativeTensor {
  const room = new TensorRoom(type, elementCount(dims));
  room.values.set(values);
  room.store(values.length);
  return { type, dims, data: room.stored };
}
