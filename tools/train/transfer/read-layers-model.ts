import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readInput, readInputText } from '../../../src/files/read-input.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { parseJson } from '../../../src/text/json-document.js';
import { stableName } from '../weight-layout.js';
import type { NamedTensor, NamedWeights } from './named-weights.js';

const maxModelBytes = 64 * 2 ** 20;
const maxShardBytes = 512 * 2 ** 20;

/** The part of TensorFlow.js' model.json that is read; the rest describes the network, which is rebuilt here. */
const modelSchema = z.object({
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.int().nonnegative()),
          dtype: z.string(),
          quantization: z.unknown().optional(),
        }),
      ),
    }),
  ),
});

/**
 * The weights of a model that TensorFlow.js saved: `model.json` with its weight files next to it. Throws ERR_TRAINING
 * for a file that is not such a model, and for weights that are not float32.
 */
export function readLayersModel(path: string): NamedWeights {
  const found = (message: string): PerceptionError =>
    new PerceptionError('ERR_TRAINING', `${path}: expected a tf.layers model, found ${message}`);
  const text = readInputText(path, {
    code: 'ERR_TRAINING',
    what: 'a tf.layers model',
    maxBytes: maxModelBytes,
  });
  const document = parseJson(text, { where: path, code: 'ERR_TRAINING' });
  const parsed = modelSchema.safeParse(document);
  if (!parsed.success)
    throw found(`${parsed.error.issues[0]!.path.join('.')} that is not as it should be`);
  const tensors = new Map<string, NamedTensor>();
  for (const { paths, weights } of parsed.data.weightsManifest) {
    // Only files next to the model are read: a manifest cannot point elsewhere.
    const bytes = Buffer.concat(
      paths.map((name) => readShard(join(dirname(path), basename(name)))),
    );
    let offset = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      if (dtype !== 'float32' || quantization !== undefined) {
        throw found(`${name} of ${dtype}${quantization === undefined ? '' : ', quantised'}`);
      }
      const length = shape.reduce((product, size) => product * size, 1);
      if (offset + length * 4 > bytes.length) {
        throw found(`${bytes.length} bytes of weights, which end before ${name}`);
      }
      const values = new Float32Array(length);
      for (let i = 0; i < length; i++) values[i] = bytes.readFloatLE(offset + i * 4);
      tensors.set(stableName(name), { shape, values });
      offset += length * 4;
    }
  }
  return { where: path, tensors, folded: [] };
}

function readShard(file: string): Buffer {
  return readInput(file, { code: 'ERR_TRAINING', what: 'weights', maxBytes: maxShardBytes });
}
