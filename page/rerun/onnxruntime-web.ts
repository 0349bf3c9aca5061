import type { InferenceSession } from 'onnxruntime-web';
import type { Bundle } from '../../src/bundle/bundle.js';
import { elementCount } from '../../src/bundle/golden.js';
import { firstLine } from '../../src/frame/first-line.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { checkSession } from '../../src/inference/check-session.js';
import type { NetworkSession } from '../../src/inference/network-session.js';
import { OnnxNetworkSession } from '../../src/inference/onnx-network-session.js';
import {
  constantFeeds,
  floatsIn,
  sizesOf,
  type TensorRuntime,
  tensorOver,
} from '../../src/inference/session-tensors.js';
import { TensorRoom } from '../../src/inference/tensor-room.js';

type Runtime = typeof import('onnxruntime-web');

/** Where the page's server keeps ONNX Runtime's files. */
const runtimeUrl = '/ort/';
/** More threads help little with networks of this size. */
const maxThreads = 4;

/** ONNX Runtime in this browser. */
export interface WebRuntime {
  /** Description for the user, such as `WebAssembly, 2 threads: no graphics card found`. */
  readonly label: string;
  /**
   * Loads a bundle's network. Its provider is `webgpu`, or `cpu` for WebAssembly, which has the same kernels as the CPU:
   * golden outputs are checked with the manifest's tolerance of that name.
   */
  createSession(bundle: Bundle): Promise<NetworkSession>;
  /** Loads a network with inner values among its outputs, on WebAssembly. A run returns them by name. */
  createWatched(network: Uint8Array, bundle: Bundle): Promise<WatchedSession>;
}

/** A network that returns all outputs of its graph. */
export interface WatchedSession {
  /** Runs one item of the bundle's input; returns new arrays. */
  run(
    input: Float32Array,
  ): Promise<Record<string, { dims: readonly number[]; data: Float32Array }>>;
}

/**
 * Loads ONNX Runtime: WebGPU on a real graphics card, else WebAssembly with as many threads as the page may have, up to
 * `maxThreads`. `webgpu` accepts any adapter, `wasm` uses none. Call it in a worker, once. One session runs at a time.
 */
export async function loadWebRuntime(wanted = ''): Promise<WebRuntime> {
  const gpu = wanted === 'wasm' ? 'as asked' : await findGpu();
  const isGpu = gpu === 'card' || (gpu === 'emulated' && wanted === 'webgpu');
  const file = isGpu ? 'ort.webgpu.min.mjs' : 'ort.wasm.min.mjs';
  const runtime: Runtime = await import(/* @vite-ignore */ `${runtimeUrl}${file}`);
  const threads = globalThis.crossOriginIsolated
    ? Math.min(maxThreads, navigator.hardwareConcurrency || 1)
    : 1;
  runtime.env.wasm.wasmPaths = new URL(runtimeUrl, self.location.origin).href;
  runtime.env.wasm.numThreads = threads;
  runtime.env.logLevel = 'error';
  return {
    label: isGpu
      ? `WebGPU${gpu === 'card' ? '' : ', emulated in software'}`
      : `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}: ${whyNoGpu(gpu)}`,
    ...webSessions(runtime, isGpu ? 'webgpu' : 'wasm'),
  };
}

/** Loads networks with a runtime whose files are there. */
export function webSessions(
  runtime: Runtime,
  backend: 'webgpu' | 'wasm',
): Pick<WebRuntime, 'createSession' | 'createWatched'> {
  return {
    createSession: (bundle) => createSession(runtime, bundle, backend),
    createWatched: (network, bundle) => createWatched(runtime, network, bundle),
  };
}

/** What WebGPU runs on here: a software adapter also answers, at seconds per frame. */
async function findGpu(): Promise<'card' | 'emulated' | 'no WebGPU' | 'no adapter'> {
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } }).gpu;
  if (gpu === undefined) return 'no WebGPU';
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return 'no adapter';
  const { info, isFallbackAdapter } = adapter;
  const isEmulated =
    isFallbackAdapter || info?.isFallbackAdapter || info?.architecture === 'swiftshader';
  return isEmulated ? 'emulated' : 'card';
}

function whyNoGpu(found: Awaited<ReturnType<typeof findGpu>> | 'as asked'): string {
  if (found === 'no WebGPU') return 'this browser has no WebGPU here';
  if (found === 'no adapter') return 'WebGPU finds no graphics card';
  return found === 'emulated' ? 'WebGPU is emulated in software, which is slower' : found;
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
  const session = await loadNetwork(runtime, bundle.network, bundle, backend);
  try {
    checkSession(session, bundle.manifest, bundle.where);
    const provider = backend === 'wasm' ? 'cpu' : backend;
    return new OnnxNetworkSession(session, bundle, provider, false, {
      ...tensorsOf(runtime),
      load: (network) => loadNetwork(runtime, network, bundle, backend),
    });
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** A run in a browser leaves given output tensors as they are. */
const tensorsOf = ({ Tensor }: Runtime): TensorRuntime => ({ Tensor, writesInPlace: false });

async function createWatched(
  runtime: Runtime,
  network: Uint8Array,
  bundle: Bundle,
): Promise<WatchedSession> {
  const session = await loadNetwork(runtime, network, bundle, 'wasm');
  const { name, dtype, shape } = bundle.manifest.input.tensor;
  const tensors = tensorsOf(runtime);
  const dims = sizesOf(bundle, shape, 1);
  const room = new TensorRoom(dtype, elementCount(dims));
  const feeds = {
    [name]: tensorOver(tensors, room, dims),
    ...constantFeeds(tensors, bundle),
  };
  return {
    async run(input) {
      room.values.set(input);
      room.store(input.length);
      const answers = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(answers).flatMap(([output, tensor]) => {
          const data = floatsIn(tensor);
          return data === undefined ? [] : [[output, { dims: tensor.dims, data }]];
        }),
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
