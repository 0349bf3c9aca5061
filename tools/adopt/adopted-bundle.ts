import type { Bundle } from '../../src/bundle/bundle.js';
import { checkShapes } from '../../src/bundle/check-shapes.js';
import { elementCount, goldenInput } from '../../src/bundle/golden.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import {
  type Adoption,
  type Golden,
  type Manifest,
  manifestSchema,
} from '../../src/bundle/manifest.js';
import { type OutputSpec, readsCrops, taskOfDecoding } from '../../src/bundle/output-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import type { NetworkFile } from './network-file.js';
import type { Probe } from './probe.js';

const goldenSeed = 20_241;
/** Values of each output that the golden file keeps. */
const goldenSamples = 64;

/** Parts of a bundle: the network and its description. */
export interface BundleParts {
  network: NetworkFile;
  probe: Probe;
  spec: InputSpec;
  decode: OutputSpec;
  name: string;
  version: string;
  adopted: Adoption;
}

/** Makes a bundle without golden answers, enough to run the network. Throws ERR_BUNDLE_SHAPE if the parts do not fit. */
export function bundleOf(parts: BundleParts): Bundle {
  const { network, probe, spec, decode, name, version, adopted } = parts;
  const { image } = probe;
  const dims =
    spec.layout === 'nchw' ? [3, spec.heightPx, spec.widthPx] : [spec.heightPx, spec.widthPx, 3];
  const isBatched = readsCrops(decode);
  const batch =
    isBatched && network.inputs.find((input) => input.name === image.name)?.shape[0] === undefined
      ? 'N'
      : 1;
  const manifest: Manifest = {
    schemaVersion: 1,
    task: taskOfDecoding(decode),
    name,
    version,
    network: { file: 'model.onnx', sha256: network.sha256, parameters: network.parameters },
    input: {
      tensor: { name: image.name, dtype: image.dtype, shape: [batch, ...dims] },
      spec,
      ...(probe.constants.length > 0 && { constants: probe.constants }),
    },
    outputs: probe.outputs.map((output) => ({
      name: output.name,
      dtype: output.dtype,
      // A size that the network decides is a name.
      shape: output.shape.map((size, axis) => {
        if (output.openAxes.includes(axis)) return 'found';
        return axis === 0 && batch === 'N' ? batch : size;
      }),
    })),
    decode,
    training: { data: [], seed: 0, command: 'not trained here' },
    scores: {},
    tolerance: { cpu: 1 },
    adopted,
  };
  return { manifest, golden: emptyGolden, network: network.bytes, where: network.name };
}

const emptyGolden: Golden = {
  input: { seed: goldenSeed, minimum: 0, maximum: 1, shape: [1] },
  outputs: {},
};

/**
 * Adds golden answers to a bundle: the network's outputs on the CPU for an input generated from a seed, and each provider's
 * tolerance. The result is checked as an opened bundle is. Throws ERR_BUNDLE if the answers are not finite.
 */
export async function withGolden(bundle: Bundle, scores: Manifest['scores']): Promise<Bundle> {
  const { manifest } = bundle;
  const { tensor, spec } = manifest.input;
  const shape = tensor.shape.map((size) => (typeof size === 'string' ? 1 : size));
  const edges = (value: number) => spec.mean.map((mean, c) => (value - mean) * spec.scale[c]!);
  const input = {
    seed: goldenSeed,
    minimum: Math.max(...edges(0)),
    maximum: Math.min(...edges(255)),
    shape,
  };
  const session = await createNetworkSession(bundle, { providers: ['cpu'] });
  const outputs: Golden['outputs'] = {};
  let largest = 0;
  try {
    session.input.set(goldenInput({ input, outputs: {} }));
    await session.run(shape[0]);
    for (const { name, shape: told } of manifest.outputs) {
      const values = session.outputs[name]!;
      const dims = told.map((size) =>
        typeof size === 'number'
          ? size
          : size === tensor.shape[0]
            ? shape[0]!
            : 'maxCandidates' in manifest.decode
              ? manifest.decode.maxCandidates
              : 1,
      );
      const length = elementCount(dims);
      const count = Math.min(goldenSamples, length);
      const indices = Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
      const kept = indices.map((index) => Number(values[index]!.toPrecision(7)));
      if (!kept.every(Number.isFinite)) {
        throw new PerceptionError(
          'ERR_BUNDLE',
          `${bundle.where}: output ${name}: expected numbers for noise within the input’s range, found ${kept.find((value) => !Number.isFinite(value))}`,
        );
      }
      largest = Math.max(largest, ...kept.map(Math.abs));
      outputs[name] = { shape: dims, indices, values: kept };
    }
  } finally {
    await session.dispose();
  }
  const golden: Golden = { input, outputs };
  const finished: Manifest = { ...manifest, scores, tolerance: tolerances(largest) };
  manifestSchema.parse(finished);
  checkShapes(finished, golden, bundle.where);
  return { ...bundle, manifest: finished, golden };
}

/** Tolerances by execution provider, relative to the largest answer: answers in pixels differ by more than shares do. */
function tolerances(largest: number): Manifest['tolerance'] {
  const unit = Math.max(1, largest);
  const rounded = (share: number) => Number((share * unit).toPrecision(2));
  return {
    cpu: rounded(2e-3),
    cuda: rounded(2e-2),
    tensorrt: rounded(5e-2),
    webgpu: rounded(2e-2),
  };
}
