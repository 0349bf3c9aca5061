import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readInput, readInputText } from '../../src/files/read-input.js';
import { firstLine } from '../../src/frame/first-line.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { parseJson } from '../../src/text/json-document.js';
import { exportOnnx } from '../layers-to-onnx/export-onnx.js';
import { tf } from '../layers-to-onnx/tf.js';
import { maxNetworkBytes, type NetworkFile, parseNetwork } from './network-file.js';

const maxModelBytes = 64 * 2 ** 20;

const modelSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.looseObject({}),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string().min(1)).max(10_000),
        weights: z.array(
          z.looseObject({
            name: z.string(),
            shape: z.array(z.int().nonnegative()),
            dtype: z.literal('float32'),
          }),
        ),
      }),
    )
    .max(1000),
});

/**
 * Reads a tf.layers model that TensorFlow.js saved (`model.json`, its weights next to it) as an ONNX network, with the same
 * exporter as our own networks: its picture becomes `image`, channels first. Rejects with ERR_BUNDLE for a file that is not
 * such a model and for layers that the exporter does not know.
 */
export async function readLayersNetwork(path: string): Promise<NetworkFile> {
  const refused = (found: string, cause?: unknown) =>
    new PerceptionError('ERR_BUNDLE', `${path}: expected a tf.layers model, found ${found}`, {
      cause,
    });
  const text = readInputText(path, {
    code: 'ERR_BUNDLE',
    what: 'a network',
    maxBytes: maxModelBytes,
  });
  const document = parseJson(text, { where: path, code: 'ERR_BUNDLE' });
  const parsed = modelSchema.safeParse(document);
  const { format } = (document ?? {}) as { format?: unknown };
  if (format === 'graph-model')
    throw refused(
      'a TensorFlow.js graph model: python -m tf2onnx.convert --tfjs model.json --output model.onnx makes an ONNX file of it',
    );
  if (!parsed.success)
    throw refused(
      `${parsed.error.issues[0]!.path.join('.') || 'a document'} that is not as it should be`,
    );
  const { modelTopology, weightsManifest } = parsed.data;
  // Only files next to the model are read: a manifest cannot point elsewhere.
  const shards: Buffer[] = [];
  let leftBytes = maxNetworkBytes;
  // A file may be named twice: the limit applies to the total, not to each file.
  for (const name of weightsManifest.flatMap(({ paths }) => paths)) {
    const shard = readInput(join(dirname(path), basename(name)), {
      code: 'ERR_BUNDLE',
      what: 'weights',
      maxBytes: leftBytes,
    });
    leftBytes -= shard.length;
    shards.push(shard);
  }
  const weights = Buffer.concat(shards);
  let model: tf.LayersModel | undefined;
  try {
    model = await tf.loadLayersModel(
      tf.io.fromMemory({
        modelTopology,
        weightSpecs: weightsManifest.flatMap(
          (group) => group.weights as unknown as tf.io.WeightsManifestEntry[],
        ),
        weightData: new Uint8Array(weights).buffer,
      }),
    );
    const { bytes } = exportOnnx(model, {
      graphName: basename(path, '.json'),
      inputName: 'image',
      // A sequential model's own list of names is empty.
      outputNames: model.outputs.map(({ sourceLayer }) =>
        sourceLayer.name.replaceAll(/[^A-Za-z0-9_.-]/g, '_'),
      ),
      batch: 'batch',
    });
    return { ...(await parseNetwork(bytes, path)), producer: 'TensorFlow.js' };
  } catch (cause) {
    throw refused(firstLine(cause), cause);
  } finally {
    model?.dispose();
  }
}
