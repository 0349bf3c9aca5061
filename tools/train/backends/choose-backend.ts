import { availableParallelism } from 'node:os';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { tf } from '../../layers-to-onnx/tf.js';
import { startTfjsNode } from './tfjs-node.js';
import { startWasm } from './wasm.js';
import { startWebgpu, stopWebgpu } from './webgpu.js';

/** Backends by the names that users give them. */
export const backendNames = ['tfjs-node', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];
/** `auto` takes the first of `tfjs-node`, `webgpu` and `wasm` that runs. */
export type BackendRequest = BackendName | 'auto';

export interface ChosenBackend {
  tf: typeof tf;
  name: BackendName;
  /** One line for the user: why this backend was chosen, and why not those tried first. */
  why: string;
  /** Releases what would keep the process alive. Tensors may be lost. */
  close(): void;
}

export interface BackendOptions {
  /** CPU threads that one operator of the `wasm` backend may use; by default all cores but at most 4. */
  threads?: number;
}

/**
 * Starts the backend on which TensorFlow.js computes in this thread. There is no silent fallback: a backend
 * requested by name runs or the call fails, and `auto` lists in `why` the backends it passed over.
 * @throws ERR_PROVIDER_UNAVAILABLE when the requested backend cannot run here
 * @throws ERR_USAGE for an unknown name
 */
export async function chooseBackend(
  request: BackendRequest = 'auto',
  options: BackendOptions = {},
): Promise<ChosenBackend> {
  const threads = options.threads ?? Math.min(4, availableParallelism());
  if (request !== 'auto') {
    if (!Object.hasOwn(starters, request)) {
      throw new PerceptionError(
        'ERR_USAGE',
        `expected a training backend of auto, ${backendNames.join(', ')}, found '${request}'`,
      );
    }
    const obstacle = await starters[request](threads);
    if (obstacle === undefined) return chosen(request, 'asked for');
    throw new PerceptionError(
      'ERR_PROVIDER_UNAVAILABLE',
      `expected the training backend ${request}, found that ${obstacle}; with auto the best one that runs is taken`,
      { details: { request } },
    );
  }
  const passedOver: string[] = [];
  for (const name of ['tfjs-node', 'webgpu'] as const) {
    const obstacle = await starters[name](threads);
    if (obstacle === undefined)
      return chosen(name, ['the fastest that runs', ...passedOver].join('; '));
    passedOver.push(`not ${name}: ${obstacle}`);
  }
  await startWasm({ threads });
  return chosen('wasm', passedOver.join('; '));
}

/** Each function starts a backend and resolves with undefined if it runs, else with a phrase that says why not. */
const starters: Readonly<Record<BackendName, (threads: number) => Promise<string | undefined>>> = {
  'tfjs-node': startTfjsNode,
  webgpu: startWebgpu,
  async wasm(threads) {
    await startWasm({ threads });
    return undefined;
  },
  cpu: async () => ((await tf.setBackend('cpu')) ? undefined : 'it does not start'),
};

function chosen(name: BackendName, why: string): ChosenBackend {
  return { tf, name, why, close: name === 'webgpu' ? stopWebgpu : () => undefined };
}
