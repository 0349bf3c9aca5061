import { createHash } from 'node:crypto';
import type { BundleFiles } from '../../src/bundle/bundle.js';
import { elementCount, mulberry32 } from '../../src/bundle/golden.js';
import type { Golden, Manifest } from '../../src/bundle/manifest.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { permittedUse } from '../../src/bundle/permitted-use.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import { exportOnnx, type OnnxExport } from '../layers-to-onnx/export-onnx.js';
import type { tf } from '../layers-to-onnx/tf.js';
import { imageProperties } from './image-properties.js';
import type { TaskTraining } from './tasks/task-training.js';

/** What a bundle says of itself beyond the network. */
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

/** Absolute difference from the golden outputs that a provider may show: float32, reduced-precision float32, float16. */
const tolerance = { cpu: 2e-3, cuda: 2e-2, tensorrt: 5e-2, webgpu: 2e-2 };
const goldenSeed = 20_240;
/** Values of each output that the golden file keeps. */
const goldenSamples = 64;

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
  const golden = makeGolden(exported, training);
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

/** Runs the exported network once on an input from a seed and keeps a sample of each output. */
function makeGolden(exported: OnnxExport, training: TaskTraining): Golden {
  const fixed = (shape: (number | string)[]): number[] =>
    shape.map((size) => (typeof size === 'string' ? 1 : size));
  const shape = fixed(exported.input.shape);
  const { mean, scale } = training.input;
  const minimum = Math.max(...mean.map((value, channel) => (0 - value) * scale[channel]!));
  const maximum = Math.min(...mean.map((value, channel) => (255 - value) * scale[channel]!));
  const next = mulberry32(goldenSeed);
  const input = Float32Array.from(
    { length: elementCount(shape) },
    () => minimum + (maximum - minimum) * next(),
  );
  const fetches: Record<string, NativeTensor> = {};
  for (const output of exported.outputs) {
    const dims = fixed(output.shape);
    fetches[output.name] = { type: 'float32', dims, data: new Float32Array(elementCount(dims)) };
  }
  const session = NativeSession.load(exported.bytes, 'exported network');
  session.run({ [exported.input.name]: { type: 'float32', dims: shape, data: input } }, fetches);
  session.release();
  const outputs = Object.entries(fetches).map(([name, { dims, data }]) => {
    const count = Math.min(goldenSamples, data.length);
    const indices = Array.from({ length: count }, (_, i) => Math.floor((i * data.length) / count));
    const values = indices.map((index) => Number((data[index] as number).toPrecision(7)));
    const kept: Golden['outputs'][string] = { shape: [...dims], indices, values };
    return [name, kept] as const;
  });
  return {
    input: { seed: goldenSeed, minimum, maximum, shape },
    outputs: Object.fromEntries(outputs),
  };
}
