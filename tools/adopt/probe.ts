import { elementCount, mulberry32 } from '../../src/bundle/golden.js';
import type { TensorDtype } from '../../src/bundle/manifest.js';
import { tensorDtypes } from '../../src/bundle/manifest.js';
import { hasErrorCode, PerceptionError } from '../../src/frame/perception-error.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import { floatsIn } from '../../src/inference/session-tensors.js';
import { halfBits } from '../../src/onnx/half-float.js';
import type { NetworkFile } from './network-file.js';

/** An output as observed in a run. */
export interface ProbedTensor {
  name: string;
  dtype: TensorDtype;
  shape: number[];
  /** Axes whose size depends on what the network finds; empty for an output of one size. */
  openAxes: readonly number[];
  /** The network's values on noise, as float32. */
  values: Float32Array;
}

export interface ImageInput {
  name: string;
  dtype: TensorDtype;
  layout: 'nchw' | 'nhwc';
  widthPx: number;
  heightPx: number;
}

/** The network after a run: its image input, other inputs, outputs. */
export interface Probe {
  image: ImageInput;
  constants: { name: string; dtype: TensorDtype; shape: number[]; values: number[] }[];
  outputs: ProbedTensor[];
}

/** Describes the picture input, as a reason for people. */
export function inputReason({ image }: Probe): string {
  return `input ${image.name}: ${image.dtype}, ${image.layout}, ${image.widthPx}x${image.heightPx}`;
}

/** The first tensors with their shapes, for messages. */
export function describeTensors(tensors: readonly Pick<ProbedTensor, 'name' | 'shape'>[]): string {
  const first = tensors.slice(0, 8).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  return first.join(', ');
}

/** Names of inputs for the size of the picture in whose pixels boxes are answered, and the order of its sides. */
const sizeInputs: Readonly<Record<string, 'wh' | 'hw'>> = {
  orig_target_sizes: 'wh',
  target_sizes: 'wh',
  im_shape: 'hw',
  image_shape: 'hw',
  orig_size: 'hw',
};
/** Inputs for the picture's scale: 1, because boxes are wanted in the input's own pixels. */
const scaleInputs = new Set(['scale_factor', 'im_scale']);

/** Finds the input that takes the picture, and its size. Throws ERR_USAGE naming the option that provides what is unknown. */
export function imageInputOf(
  network: NetworkFile,
  size: { widthPx: number; heightPx: number } | undefined,
): Omit<ImageInput, 'dtype'> {
  const candidates = network.inputs.filter(({ shape }) => shape.length === 4);
  const [input] = candidates;
  if (input === undefined || candidates.length > 1) {
    const found = network.inputs.map(({ name, shape }) => `${name} [${shown(shape)}]`).join(', ');
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected one input of four dimensions for the picture, found ${found || 'none'}`,
    );
  }
  const { name, shape } = input;
  const layout = shape[1] === 3 || (shape[3] !== 3 && shape[1] === undefined) ? 'nchw' : 'nhwc';
  const channels = shape[layout === 'nchw' ? 1 : 3];
  if (channels !== undefined && channels !== 3) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: input ${name}: expected 3 channels, found [${shown(shape)}]`,
    );
  }
  const [heightAt, widthAt] = layout === 'nchw' ? [2, 3] : [1, 2];
  const told = metadataSize(network);
  const heightPx = shape[heightAt] ?? size?.heightPx ?? told?.heightPx;
  const widthPx = shape[widthAt] ?? size?.widthPx ?? told?.widthPx;
  if (heightPx === undefined || widthPx === undefined) {
    throw new PerceptionError(
      'ERR_USAGE',
      `${network.name}: input ${name} takes any size: expected --size <width>x<height>, found none`,
    );
  }
  if (size && (size.widthPx !== widthPx || size.heightPx !== heightPx)) {
    throw new PerceptionError(
      'ERR_USAGE',
      `--size: expected ${widthPx}x${heightPx}, which input ${name} is fixed to, found ${size.widthPx}x${size.heightPx}`,
    );
  }
  if (widthPx > 4096 || heightPx > 4096) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected an input of at most 4096x4096, found ${widthPx}x${heightPx}`,
    );
  }
  return { name, layout, widthPx, heightPx };
}

const shown = (shape: readonly (number | undefined)[]) =>
  shape.map((dim) => dim ?? 'open').join(', ');

/** Reads Ultralytics' `imgsz`: [height, width], as text. */
function metadataSize({ metadata }: NetworkFile) {
  const match = /^\s*\[\s*(\d+)\s*,\s*(\d+)\s*\]\s*$/.exec(metadata.get('imgsz') ?? '');
  return match ? { heightPx: Number(match[1]), widthPx: Number(match[2]) } : undefined;
}

/**
 * Loads the network and runs it twice on noise, to learn its outputs and whether their sizes are fixed. Throws ERR_BUNDLE
 * with ONNX Runtime's reason in one line.
 */
export function probeNetwork(network: NetworkFile, image: Omit<ImageInput, 'dtype'>): Probe {
  const batchSize = 1;
  let session: NativeSession;
  try {
    session = NativeSession.load(network.bytes, network.name);
  } catch (cause) {
    throw refused(network, cause);
  }
  try {
    const declared = new Map(session.inputs.map((input) => [input.name, input]));
    const found = declared.get(image.name);
    const dtype = dtypeOf(found?.type, `input ${image.name}`, network);
    const constants = network.inputs
      .filter(({ name }) => name !== image.name)
      .map((input) => constantFor(network, input, image, declared.get(input.name)?.type));
    const { widthPx, heightPx } = image;
    const dims =
      image.layout === 'nchw'
        ? [batchSize, 3, heightPx, widthPx]
        : [batchSize, heightPx, widthPx, 3];
    const run = (seed: number) => {
      const next = mulberry32(seed);
      const noise = Float32Array.from({ length: elementCount(dims) }, () => 255 * next());
      const feeds = { [image.name]: tensorOf(dtype, dims, noise) };
      for (const { name, dtype: type, shape, values } of constants)
        feeds[name] = tensorOf(type, shape, Float32Array.from(values));
      return session.answer(feeds, network.outputNames);
    };
    const [first, second] = [run(1), run(2)];
    const outputs = network.outputNames.map((name): ProbedTensor => {
      const tensor = first[name]!;
      const other = second[name]!;
      const isOpen = (size: number, axis: number) => size === 0 || size !== other.dims[axis];
      return {
        name,
        dtype: dtypeOf(tensor.type, `output ${name}`, network),
        shape: [...tensor.dims],
        openAxes: tensor.dims.flatMap((size, axis) => (isOpen(size, axis) ? [axis] : [])),
        values: floatsIn(tensor)!,
      };
    });
    return { image: { ...image, dtype }, constants, outputs };
  } catch (cause) {
    if (hasErrorCode(cause) && cause.code !== 'ERR_INFERENCE') throw cause;
    throw refused(network, cause);
  } finally {
    session.release();
  }
}

function constantFor(
  network: NetworkFile,
  { name, shape }: { name: string; shape: (number | undefined)[] },
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  type: string | undefined,
): Probe['constants'][number] {
  const plain = name.toLowerCase();
  const order = sizeInputs[plain];
  const isScale = scaleInputs.has(plain);
  const dims = shape.map((size) => size ?? 1);
  if ((order === undefined && !isScale) || elementCount(dims) !== 2) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${network.name}: expected a picture, and at most its size (${Object.keys(sizeInputs).join(', ')}) as further inputs, found ${name} [${shown(shape)}]`,
    );
  }
  const values = isScale ? [1, 1] : order === 'wh' ? [widthPx, heightPx] : [heightPx, widthPx];
  return { name, dtype: dtypeOf(type, `input ${name}`, network), shape: dims, values };
}

function dtypeOf(type: string | undefined, what: string, network: NetworkFile): TensorDtype {
  const dtype = tensorDtypes.find((known) => known === type);
  if (dtype !== undefined) return dtype;
  throw new PerceptionError(
    'ERR_BUNDLE',
    `${network.name}: ${what}: expected a tensor of ${tensorDtypes.join(', ')}, found ${type ?? 'no tensor'}`,
  );
}

function tensorOf(dtype: TensorDtype, dims: number[], values: Float32Array): NativeTensor {
  switch (dtype) {
    case 'float32':
      return { type: dtype, dims, data: values };
    case 'float16':
      return { type: dtype, dims, data: Uint16Array.from(values, halfBits) };
    case 'uint8':
    case 'bool':
      return { type: dtype, dims, data: Uint8Array.from(values) };
    case 'int8':
      return { type: dtype, dims, data: Int8Array.from(values) };
    case 'int32':
      return { type: dtype, dims, data: Int32Array.from(values) };
    case 'int64':
      return {
        type: dtype,
        dims,
        data: BigInt64Array.from(values, (value) => BigInt(Math.round(value))),
      };
  }
}

function refused(network: NetworkFile, cause: unknown): PerceptionError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = text
    .split('\n')[0]!
    .replace(/^.*found: /, '')
    .slice(0, 400);
  return new PerceptionError(
    'ERR_BUNDLE',
    `${network.name}: expected a network that ONNX Runtime runs, found: ${reason}`,
    { cause },
  );
}
