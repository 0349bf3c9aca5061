import { basename, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { readInput, readInputText } from '../../../src/files/read-input.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { ModelProtoSchema, type TensorProto } from '../../../src/onnx/gen/onnx_pb.js';
import { parseJson } from '../../../src/text/json-document.js';
import type { LayerGraph, LayerNode } from '../../layers-to-onnx/layer-graph.js';
import {
  inversePermutation,
  kernelPermutation,
  transposed,
} from '../../layers-to-onnx/tensor-layout.js';
import { stableName } from '../weight-layout.js';
import type { NamedTensor, NamedWeights } from './named-weights.js';

const float32Type = 1;
const maxNetworkBytes = 512 * 2 ** 20;

/**
 * The weights of an exported bundle, by the layers of the network that takes them. The exporter folds a normalisation
 * into the kernel and bias before it; it is unfolded as gamma 1, beta the folded bias, mean 0, variance 1 - epsilon,
 * which infers the same. Throws ERR_TRAINING for a file that is not an ONNX network.
 */
export function readBundleWeights(dir: string, target: LayerGraph): NamedWeights {
  const where = join(dir, networkFile(dir));
  const initializers = readInitializers(where);
  const tensors = new Map<string, NamedTensor>();
  const folded: string[] = [];
  const readerOf = new Map(
    target.nodes
      .filter(({ className }) => className === 'BatchNormalization')
      .map((node) => [node.inputs[0]!, node]),
  );
  for (const node of target.nodes) {
    readLayer(node, initializers, tensors);
    const normalization = readerOf.get(node.name);
    const bias = initializers.get(`${node.name}.bias`);
    if (!normalization || !bias) continue;
    setIdentity(normalization, bias.values, tensors);
    // The folded bias is now in the normalisation, so the layer's own is 0.
    const own = node.weights[1];
    if (own)
      tensors.set(stableName(own.name), { shape: own.shape, values: bias.values.map(() => 0) });
    folded.push(normalization.name);
  }
  return { where, tensors, folded };
}

function networkFile(dir: string): string {
  const path = join(dir, 'manifest.json');
  const text = readInputText(path, { code: 'ERR_TRAINING', what: 'a manifest' });
  const manifest = parseJson(text, { where: path, code: 'ERR_TRAINING' });
  const file = (manifest as { network?: { file?: unknown } } | null)?.network?.file;
  // Only a name in the bundle's own folder: a manifest cannot point elsewhere.
  if (typeof file === 'string' && file === basename(file)) return file;
  throw new PerceptionError('ERR_TRAINING', `${path}: expected network.file, found none`);
}

function readInitializers(path: string): Map<string, NamedTensor> {
  const bytes = readInput(path, {
    code: 'ERR_TRAINING',
    what: 'a network',
    maxBytes: maxNetworkBytes,
  });
  let initializers: TensorProto[];
  try {
    initializers = fromBinary(ModelProtoSchema, bytes).graph?.initializer ?? [];
  } catch (cause) {
    throw new PerceptionError('ERR_TRAINING', `${path}: expected an ONNX network, found ${cause}`, {
      cause,
    });
  }
  const floats = initializers.filter(({ dataType }) => dataType === float32Type);
  return new Map(floats.map((tensor) => [tensor.name, tensorOf(tensor, path)]));
}

function tensorOf({ name, dims, rawData }: TensorProto, path: string): NamedTensor {
  const shape = dims.map(Number);
  const length = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => !(size >= 0)) || rawData.length !== length * 4)
    throw new PerceptionError(
      'ERR_TRAINING',
      `${path}: expected ${length * 4} bytes of weights in "${name}" [${shape}], found ${rawData.length}`,
    );
  // Raw data may begin at any byte, so the floats are copied into aligned memory; a Buffer's own slice would be a view.
  return { shape, values: new Float32Array(new Uint8Array(rawData).buffer, 0, length) };
}

/** Kernel and further weights as the exporter names them: layer.kernel, layer.weight1 … */
function readLayer(
  node: LayerNode,
  initializers: Map<string, NamedTensor>,
  tensors: Map<string, NamedTensor>,
): void {
  node.weights.forEach(({ name, shape }, position) => {
    const suffix = position === 0 ? 'kernel' : `weight${position}`;
    const own = initializers.get(`${node.name}.${suffix}`);
    const found = own ?? (position > 0 ? initializers.get(`${node.name}.bias`) : undefined);
    if (!found) return;
    const perm = position === 0 ? kernelPermutation[node.className] : undefined;
    const turned = perm ? turnedBack(found, perm) : found;
    // A vector may have gained axes on the way; only its length matters.
    const isVector = shape.length === 1 && turned.values.length === shape[0];
    tensors.set(stableName(name), isVector ? { shape, values: turned.values } : turned);
  });
}

function turnedBack({ shape, values }: NamedTensor, perm: number[]): NamedTensor {
  const inverse = inversePermutation(perm);
  return {
    shape: inverse.map((axis) => shape[axis]!),
    values: transposed(values, shape, inverse),
  };
}

function setIdentity(
  normalization: LayerNode,
  bias: Float32Array,
  tensors: Map<string, NamedTensor>,
): void {
  const epsilon = normalization.config['epsilon'] as number;
  const filled = (value: number): Float32Array => new Float32Array(bias.length).fill(value);
  const [gamma, beta, mean, variance] = normalization.weights;
  const set = (weight: typeof gamma, values: Float32Array): void => {
    tensors.set(stableName(weight!.name), { shape: [bias.length], values });
  };
  set(gamma, filled(1));
  set(beta, bias);
  set(mean, filled(0));
  set(variance, filled(1 - epsilon));
}
