import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { LayerGraph } from '../../layers-to-onnx/layer-graph.js';
import { readCheckpoint } from '../checkpoint.js';
import { type NamedShape, weightLayout } from '../weight-layout.js';
import type { NamedTensor, NamedWeights } from './named-weights.js';

/**
 * The averaged weights and running statistics of a checkpoint. Checkpoints of the first release do not name their
 * weights: they are read as the target's, which must then be of the same network. Throws ERR_TRAINING if their
 * size differs from it.
 */
export function readCheckpointWeights(path: string, target: LayerGraph): NamedWeights {
  const { facts, arrays } = readCheckpoint(path)!;
  const layout = facts.layout ?? weightLayout(target);
  const tensors = new Map<string, NamedTensor>();
  const read = (shapes: NamedShape[], values: Float32Array): void => {
    let offset = 0;
    for (const { name, shape } of shapes) {
      const length = shape.reduce((product, size) => product * size, 1);
      tensors.set(name, { shape, values: values.slice(offset, offset + length) });
      offset += length;
    }
    if (offset === values.length) return;
    throw new PerceptionError(
      'ERR_TRAINING',
      `${path}: expected ${offset} weights for this network, found ${values.length}; the checkpoint does not name its layers`,
    );
  };
  for (const [shapes, array] of [
    [layout.parameters, 'average'],
    [layout.statistics, 'statistics'],
  ] as const) {
    const values = Object.hasOwn(arrays, array) ? arrays[array] : undefined;
    if (values === undefined)
      throw new PerceptionError(
        'ERR_TRAINING',
        `${path}: expected the array "${array}", found none`,
      );
    read(shapes, values);
  }
  return { where: path, tensors, folded: [] };
}
