import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { LayerGraph } from '../../layers-to-onnx/layer-graph.js';
import { runFiles } from '../run-files.js';
import type { NamedWeights } from './named-weights.js';
import { readBundleWeights } from './read-bundle-weights.js';
import { readCheckpointWeights } from './read-checkpoint-weights.js';
import { readLayersModel } from './read-layers-model.js';

/**
 * Reads initial weights: from a run's folder (its best checkpoint, else its last) or a checkpoint, a tf.layers
 * `model.json` or its folder, a bundle's folder. `target` is the network that will take them: a folded network and
 * a checkpoint without names are read by its layers. Throws ERR_TRAINING if the path is none of these.
 */
export function readWeights(path: string, target: LayerGraph): NamedWeights {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const inside = (name: string): string | undefined => {
    const file = join(path, name);
    return isFolder && existsSync(file) ? file : undefined;
  };
  const checkpoint = inside(runFiles.best) ?? inside(runFiles.last);
  if (checkpoint) return readCheckpointWeights(checkpoint, target);
  const manifest = inside('manifest.json');
  if (manifest) return readBundleWeights(path, target);
  const model = inside('model.json');
  if (model) return readLayersModel(model);
  if (existsSync(path) && !isFolder) {
    if (path.endsWith('.json')) return readLayersModel(path);
    return readCheckpointWeights(path, target);
  }
  throw new PerceptionError(
    'ERR_TRAINING',
    `${path}: expected a run, a checkpoint, a tf.layers model.json or a bundle, found ${isFolder ? 'a folder without any' : 'nothing'}`,
  );
}
