import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { type ModelProto, ModelProtoSchema } from '../../src/onnx/gen/onnx_pb.js';
import { foreignFormat, savedModel } from './foreign-formats.js';

/** Largest network of a bundle. */
export const maxNetworkBytes = 512 * 2 ** 20;

/** An ONNX file with its own description. */
export interface NetworkFile {
  /** The complete network in one file; values from external files are included. */
  bytes: Uint8Array;
  sha256: string;
  /** The file's name, for messages. */
  name: string;
  producer: string;
  /** Operator set versions by domain, '' for the standard one. */
  opsets: Record<string, number>;
  /** The file's own properties (metadata_props), such as names, imgsz, stride and task. */
  metadata: ReadonlyMap<string, string>;
  /** Inputs other than weights, with their declared sizes; undefined for an open size. */
  inputs: { name: string; shape: (number | undefined)[] }[];
  outputNames: string[];
  /** Number of values in all weights. */
  parameters: number;
}

/**
 * Reads an ONNX file. Values in external files are included; these must be next to it.
 * Rejects with ERR_BUNDLE: no such file, too large, another format (named, with the way to ONNX), no graph.
 */
export async function readNetworkFile(path: string): Promise<NetworkFile> {
  const found = await readBounded(path);
  return parseNetwork(found, path);
}

/** The same for bytes that are already in memory; `path` names them, and its folder may hold their values. */
export async function parseNetwork(found: Uint8Array, path: string): Promise<NetworkFile> {
  const foreign = foreignFormat(found, path);
  if (foreign !== undefined) throw broken(path, foreign);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, found);
  } catch (cause) {
    throw broken(path, `other bytes (${(cause as Error).message})`);
  }
  const { graph } = model;
  if (graph === undefined || graph.node.length === 0) throw broken(path, 'no graph in it');
  const isWhole = await takeInside(model, path);
  const bytes = isWhole ? toBinary(ModelProtoSchema, model) : found;
  if (bytes.length > maxNetworkBytes) throw tooLarge(path, bytes.length);
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input
    .filter(({ name }) => !weights.has(name))
    .map(({ name, type }) => ({
      name,
      shape: (type?.tensorType?.shape?.dim ?? []).map(({ value }) =>
        value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined,
      ),
    }));
  return {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    name: basename(path),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    opsets: Object.fromEntries(
      model.opsetImport.map(({ domain, version }) => [domain, Number(version)]),
    ),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
    inputs,
    outputNames: graph.output.map(({ name }) => name),
    parameters: graph.initializer.reduce(
      (sum, { dims }) => sum + dims.reduce((product, size) => product * Number(size), 1),
      0,
    ),
  };
}

/** Puts values from external files into the model. Resolves with whether there were any. */
async function takeInside(model: ModelProto, path: string): Promise<boolean> {
  const outside = (model.graph?.initializer ?? []).filter(({ dataLocation }) => dataLocation === 1);
  const files = new Map<string, Uint8Array>();
  let totalBytes = 0;
  for (const tensor of outside) {
    const fields = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    const location = fields.get('location') ?? '';
    if (
      location === '' ||
      location === '..' ||
      basename(location) !== location ||
      location.includes('\\')
    ) {
      throw broken(
        path,
        `values in ${JSON.stringify(location)}: they may only lie beside the network`,
      );
    }
    const file = join(dirname(path), location);
    if (!files.has(file)) files.set(file, await readBounded(file));
    const bytes = files.get(file)!;
    const offset = Number(fields.get('offset') ?? 0);
    const length = Number(fields.get('length') ?? bytes.length - offset);
    if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
      throw broken(path, `values of ${tensor.name} beyond the end of ${location}`);
    }
    // Many tensors may refer to the same bytes.
    totalBytes += length;
    if (totalBytes > maxNetworkBytes) throw tooLarge(path, totalBytes);
    tensor.rawData = bytes.slice(offset, offset + length);
    tensor.externalData = [];
    tensor.dataLocation = 0;
  }
  return outside.length > 0;
}

async function readBounded(path: string): Promise<Uint8Array> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new PerceptionError('ERR_BUNDLE', `expected a network at ${path}, found nothing`, {
      cause,
    });
  });
  if (info.isDirectory() && existsSync(join(path, 'saved_model.pb')))
    throw broken(path, savedModel);
  if (!info.isFile()) throw broken(path, 'no file');
  if (info.size > maxNetworkBytes) throw tooLarge(path, info.size);
  return readFile(path);
}

const tooLarge = (path: string, bytes: number) =>
  broken(path, `${bytes} bytes, more than the ${maxNetworkBytes} that a bundle holds`);

function broken(path: string, found: string): PerceptionError {
  return new PerceptionError('ERR_BUNDLE', `${path}: expected an ONNX network, found ${found}`);
}
