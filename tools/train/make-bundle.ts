import { createHash } from 'node:crypto';
import type { BundleFiles } from '../../src/bundle/bundle.js';
import type { Manifest } from '../../src/bundle/manifest.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { permittedUse } from '../../src/bundle/permitted-use.js';
import { exportOnnx, type OnnxExport } from '../layers-to-onnx/export-onnx.js';
import type { tf } from '../layers-to-onnx/tf.js';
import { imageProperties } from './image-properties.js';
import { makeGolden } from './make-golden.js';
import type { TaskTraining } from './tasks/task-training.js';

/** A bundle's description besides its network. */
export interface BundleStory {
  version: string;
  training: Manifest['training'];
  scores: Manifest['scores'];
}

export interface MadeBundle {
  files: BundleFiles;
  manifest: Manifest;
  exported: OnnxExport;
}

/** Largest absolute difference from the golden outputs: cpu float32, cuda reduced-precision float32, tensorrt float16. */
export const tolerance = { cpu: 2e-3, cuda: 2e-2, tensorrt: 5e-2, webgpu: 2e-2 };

/** Writes a trained model as a bundle's files, in memory: network, manifest and golden outputs. */
export function makeBundle(
  model: tf.LayersModel,
  training: TaskTraining,
  story: BundleStory,
): MadeBundle {
  const isBatched = readsCrops(training.decode);
  const labels = 'classes' in training.decode ? { labels: training.decode.classes.join(',') } : {};
  const exported = exportOnnx(model, {
    graphName: `windshield_${training.task}`,
    inputName: training.inputName,
    outputNames: training.outputNames,
    batch: isBatched ? 'N' : 1,
    properties: {
      ...imageProperties(training.input),
      'windshield.task': training.task,
      ...labels,
    },
  });
  const golden = makeGolden(exported, training.input);
  const tensor = ({ name, shape }: OnnxExport['input']) => ({
    name,
    dtype: 'float32' as const,
    shape,
  });
  const manifest: Manifest = {
    schemaVersion: 1,
    task: training.task,
    name: model.name,
    version: story.version,
    network: {
      file: 'model.onnx',
      sha256: createHash('sha256').update(exported.bytes).digest('hex'),
      parameters: exported.parameters,
    },
    input: { tensor: tensor(exported.input), spec: training.input },
    outputs: exported.outputs.map(tensor),
    decode: training.decode,
    training: story.training,
    use: permittedUse(story.training.data),
    scores: story.scores,
    tolerance,
  };
  const text = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
  return {
    files: { manifestText: text(manifest), goldenText: text(golden), network: exported.bytes },
    manifest,
    exported,
  };
}
