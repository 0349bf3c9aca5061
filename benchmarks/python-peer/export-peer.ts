import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { elementCount, goldenInput } from '../../src/bundle/golden.js';
import type { Task } from '../../src/bundle/manifest.js';
import { cameraOf } from '../../src/capture/camera-of.js';
import { imageSize } from '../../src/codec/image-codec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { CompressedImageSchema } from '../../src/messages/gen/foxglove/compressed_image_pb.js';
import {
  type AttributeProto,
  type GraphProto,
  ModelProtoSchema,
  type TensorProto,
} from '../../src/onnx/gen/onnx_pb.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';

/** Location of an array in weights.bin. */
interface Place {
  dtype: string;
  dims: number[];
  offset: number;
}

/** Values of TensorProto.DataType that the bundles use. */
const dtypes: Readonly<Record<number, string>> = { 1: 'float32', 6: 'int32', 7: 'int64' };
/** Every array starts at a multiple of this, so that it can be viewed in place. */
const alignBytes = 16;

/** Arrays one after the other, as the peer maps them. */
class Blob {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  add(bytes: Uint8Array): number {
    const offset = this.#length;
    const padding = new Uint8Array((alignBytes - (bytes.length % alignBytes)) % alignBytes);
    this.#parts.push(bytes, padding);
    this.#length += bytes.length + padding.length;
    return offset;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Tasks that the peer runs. */
const peerTasks = ['detection', 'signs', 'segmentation', 'steering'] as const satisfies Task[];

/**
 * Writes the Python peer's inputs for a pipeline and a recording: `peer.json` (graphs, manifests, camera),
 * `weights.bin` and at most `frameCount` pictures as they were recorded. Each graph has a test input with ONNX
 * Runtime's outputs for it.
 */
export async function exportPeer(
  config: PipelineConfig,
  recording: string,
  dir: string,
  frameCount = 100,
): Promise<void> {
  await mkdir(join(dir, 'frames'), { recursive: true });
  const blob = new Blob();
  const networks: Record<string, unknown> = {};
  for (const task of peerTasks) networks[task] = await exportNetwork(task, config, blob);
  const { frames, frameSize } = await exportFrames(recording, dir, frameCount);
  const camera = (await cameraOf(config.calibration, recording)) ?? null;
  await writeFile(join(dir, 'weights.bin'), blob.bytes());
  await writeFile(join(dir, 'peer.json'), JSON.stringify({ networks, camera, frames, frameSize }));
}

async function exportNetwork(task: Task, config: PipelineConfig, blob: Blob): Promise<unknown> {
  const bundleDir = config.bundles[task];
  if (bundleDir === undefined)
    throw new PerceptionError('ERR_CONFIG', `expected a bundle for ${task}, found none`);
  const bundle = await readBundleFolder(bundleDir);
  const { graph } = fromBinary(ModelProtoSchema, bundle.network);
  const session = await createNetworkSession(bundle, { providers: ['cpu'] });
  const input = goldenInput(bundle.golden);
  const [batch] = bundle.golden.input.shape;
  session.input.set(input);
  await session.run(batch!);
  const place = (values: Float32Array, dims: number[]): Place => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, elementCount(dims) * 4);
    return { dtype: 'float32', dims, offset: blob.add(bytes.slice()) };
  };
  const outputs = Object.fromEntries(
    bundle.manifest.outputs.map(({ name, shape }) => {
      const dims = shape.map((size) => (typeof size === 'number' ? size : batch!));
      return [name, place(session.outputs[name]!, dims)];
    }),
  );
  const check = { input: place(input, [...bundle.golden.input.shape]), outputs };
  await session.dispose();
  return { manifest: bundle.manifest, graph: exportGraph(graph!, blob), check };
}

function exportGraph(graph: GraphProto, blob: Blob): unknown {
  return {
    inputs: graph.input.map(({ name }) => name),
    outputs: graph.output.map(({ name }) => name),
    constants: graph.initializer.map((tensor) => ({
      name: tensor.name,
      ...placeTensor(tensor, blob),
    })),
    nodes: graph.node.map(({ opType, input, output, attribute }) => ({
      op: opType,
      inputs: input,
      outputs: output,
      attributes: Object.fromEntries(attribute.map((one) => [one.name, attributeValue(one)])),
    })),
  };
}

function placeTensor(tensor: TensorProto, blob: Blob): Place {
  const dtype = dtypes[tensor.dataType];
  if (dtype === undefined)
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${tensor.name}: expected float32, int32 or int64, found data type ${tensor.dataType}`,
    );
  return { dtype, dims: tensor.dims.map(Number), offset: blob.add(tensor.rawData) };
}

function attributeValue({ type, f, i, s, floats, ints }: AttributeProto): unknown {
  switch (type) {
    case 1:
      return f;
    case 2:
      return Number(i);
    case 3:
      return Buffer.from(s).toString();
    case 6:
      return floats;
    case 7:
      return ints.map(Number);
    default:
      throw new PerceptionError('ERR_BUNDLE', `expected a plain attribute, found type ${type}`);
  }
}

async function exportFrames(
  recording: string,
  dir: string,
  frameCount: number,
): Promise<{ frames: string[]; frameSize: [number, number] }> {
  const reader = await RecordingReader.open(recording);
  const frames: string[] = [];
  let frameSize: [number, number] = [0, 0];
  try {
    const channel = reader.channels.find(
      ({ schemaName }) => schemaName === CompressedImageSchema.typeName,
    );
    if (channel === undefined)
      throw new PerceptionError('ERR_RECORDING', `expected pictures in ${recording}, found none`);
    for await (const message of reader.messages({ topics: [channel.topic] })) {
      if (frames.length === frameCount) break;
      const { data } = fromBinary(CompressedImageSchema, message.data);
      const name = join('frames', `${String(frames.length).padStart(6, '0')}.jpg`);
      await writeFile(join(dir, name), data);
      if (frames.length === 0) {
        const { widthPx, heightPx } = await imageSize(data);
        frameSize = [widthPx, heightPx];
      }
      frames.push(name);
    }
  } finally {
    await reader.close();
  }
  return { frames, frameSize };
}
