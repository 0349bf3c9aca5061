import { tf } from '../../layers-to-onnx/tf.js';
import { importOptional } from './optional-package.js';

const dawnPackage = 'webgpu';
const backendPackage = '@tensorflow/tfjs-backend-webgpu';

/** The part of the WebGPU interface that is used: `navigator.gpu` and an adapter's description. */
interface Gpu {
  requestAdapter(options?: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
export interface Adapter {
  info: { vendor: string; architecture: string; description: string; isFallbackAdapter?: boolean };
}

/**
 * Makes WebGPU the running backend, if the optional packages `webgpu` (Dawn for Node.js) and
 * `@tensorflow/tfjs-backend-webgpu` are installed and find a GPU. A software adapter is refused: it takes about
 * 25 s for a step of 0.1 s. While the backend runs, Node.js does not exit on its own: see `stopWebgpu`.
 * @returns undefined when it runs, else one phrase that says why not
 */
export async function startWebgpu(): Promise<string | undefined> {
  const dawn = await importOptional(dawnPackage);
  if (typeof dawn === 'string') return dawn;
  const { create, globals } = dawn as { create(options: string[]): Gpu; globals: object };
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'no GPU adapter was found';
  if (isSoftwareAdapter(adapter))
    return `the only adapter is software: ${adapter.info.description}`;

  // The backend looks for these when it is imported, so they are set first.
  Object.assign(globalThis, globals);
  const navigator = (globalThis as { navigator?: object }).navigator ?? {};
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  const backend = await importOptional(backendPackage);
  const started = typeof backend !== 'string' && (await tf.setBackend('webgpu'));
  if (started) return undefined;
  stopWebgpu();
  return typeof backend === 'string' ? backend : `${backendPackage} does not start`;
}

/** Releases the GPU, so that the process can end. Tensors on it are lost. */
export function stopWebgpu(): void {
  if (tf.engine().backendNames().includes('webgpu')) tf.removeBackend('webgpu');
  const { navigator } = globalThis as { navigator?: { gpu?: unknown } };
  if (navigator !== undefined) delete navigator.gpu;
}

/** Whether an adapter computes on the CPU: it says so, or has the name of a known software rasteriser. */
export function isSoftwareAdapter({ info }: Adapter): boolean {
  const names = `${info.vendor} ${info.architecture} ${info.description}`;
  const isKnown = /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(names);
  return info.isFallbackAdapter === true || isKnown;
}
