import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { Bundle } from '../../src/bundle/bundle.js';
import { elementCount } from '../../src/bundle/golden.js';
import { readsCrops } from '../../src/bundle/output-spec.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { NetworkSession } from '../../src/inference/network-session.js';

type Runtime = typeof import('onnxruntime-web');
type Tensors = Record<string, Tensor>;

/** Where the page's server keeps ONNX Runtime's files. */
const runtimeUrl = '/ort/';
/** More threads than this bring little to networks of this size. */
const maxThreads = 4;

/** ONNX Runtime in this browser. */
export interface WebRuntime {
  /** For people, such as `WebAssembly, 2 threads`. */
  readonly label: string;
  /**
   * Loads a bundle's network. Its provider is `webgpu`, or `cpu` for WebAssembly, which holds the same kernels as
   * the CPU's: the manifest's tolerance of that name is what its golden outputs are held to.
   */
  createSession(bundle: Bundle): Promise<NetworkSession>;
  /** Loads a network whose inner values are outputs too: what a run yields, by name. On WebAssembly. */
  createWatched(network: Uint8Array, bundle: Bundle): Promise<WatchedSession>;
}

/** A network on its own, asked for whatever values its graph gives. */
export interface WatchedSession {
  /** One item of the bundle's input; new arrays. */
  run(
    input: Float32Array,
  ): Promise<Record<string, { dims: readonly number[]; data: Float32Array }>>;
}

/**
 * Loads ONNX Runtime: WebGPU on a real graphics card, else WebAssembly with as many threads as the page may have.
 * Call it in a worker, once. One session runs at a time.
 */
export async function loadWebRuntime(wanted: 'fastest' | 'wasm' = 'fastest'): Promise<WebRuntime> {
  const isGpu = wanted === 'fastest' && (await hasGraphicsCard());
  const file = isGpu ? 'ort.webgpu.min.mjs' : 'ort.wasm.min.mjs';
  const runtime: Runtime = await import(/* @vite-ignore */ `${runtimeUrl}${file}`);
  const threads = globalThis.crossOriginIsolated
    ? Math.min(maxThreads, navigator.hardwareConcurrency || 1)
    : 1;
  runtime.env.wasm.wasmPaths = new URL(runtimeUrl, self.location.origin).href;
  runtime.env.wasm.numThreads = threads;
  runtime.env.logLevel = 'error';
  return {
    label: isGpu ? 'WebGPU' : `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}`,
    createSession: (bundle) => createSession(runtime, bundle, isGpu ? 'webgpu' : 'wasm'),
    createWatched: (network, bundle) => createWatched(runtime, network, bundle),
  };
}

/** A software adapter answers too, at seconds a frame. */
async function hasGraphicsCard(): Promise<boolean> {
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } }).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return false;
  const { info, isFallbackAdapter } = adapter;
  return !isFallbackAdapter && !info?.isFallbackAdapter && info?.architecture !== 'swiftshader';
}

interface GpuAdapter {
  isFallbackAdapter?: boolean;
  info?: { isFallbackAdapter?: boolean; architecture?: string };
}

async function createSession(
  runtime: Runtime,
  bundle: Bundle,
  backend: 'webgpu' | 'wasm',
): Promise<NetworkSession> {
  const { manifest, where } = bundle;
  const session = await loadNetwork(runtime, bundle.network, bundle, backend);
  const { input, outputs, decode } = manifest;
  const batchSize = input.tensor.shape[0]!;
  const maxBatch =
    typeof batchSize === 'number' ? batchSize : readsCrops(decode) ? decode.maxBatch : 1;
  const dimsOf = (shape: readonly (number | string)[], batch: number) =>
    shape.map((size) => (typeof size === 'number' ? size : batch));
  const room = (shape: readonly (number | string)[]) =>
    new Float32Array(elementCount(dimsOf(shape, maxBatch)));
  const inputData = room(input.tensor.shape);
  const held = Object.fromEntries(outputs.map(({ name, shape }) => [name, room(shape)]));
  return {
    provider: backend === 'wasm' ? 'cpu' : backend,
    isPartlyOnCpu: false,
    maxBatch,
    input: inputData,
    outputs: held,
    async run(batch = 1) {
      const dims = dimsOf(input.tensor.shape, batch);
      const data = inputData.subarray(0, elementCount(dims));
      const feeds: Tensors = { [input.tensor.name]: new runtime.Tensor('float32', data, dims) };
      try {
        const answers = await session.run(feeds);
        for (const { name } of outputs) held[name]!.set(answers[name]!.data as Float32Array);
      } catch (cause) {
        throw new PerceptionError(
          'ERR_INFERENCE',
          `${where}: expected a run on ${backend}, found: ${firstLine(cause)}`,
          { cause },
        );
      }
    },
    dispose: () => session.release(),
  };
}

async function createWatched(
  runtime: Runtime,
  network: Uint8Array,
  bundle: Bundle,
): Promise<WatchedSession> {
  const session = await loadNetwork(runtime, network, bundle, 'wasm');
  const { name, shape } = bundle.manifest.input.tensor;
  const dims = shape.map((size) => (typeof size === 'number' ? size : 1));
  return {
    async run(input) {
      const answers = await session.run({ [name]: new runtime.Tensor('float32', input, dims) });
      return Object.fromEntries(
        Object.entries(answers).map(([output, { dims, data }]) => [
          output,
          { dims, data: data as Float32Array },
        ]),
      );
    },
  };
}

async function loadNetwork(
  runtime: Runtime,
  network: Uint8Array,
  { manifest, where }: Bundle,
  backend: 'webgpu' | 'wasm',
): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(network, {
      executionProviders: [backend],
      graphOptimizationLevel: 'all',
    });
  } catch (cause) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}/${manifest.network.file}: expected a network that ONNX Runtime can load, found: ${firstLine(cause)}`,
      { cause },
    );
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
}
