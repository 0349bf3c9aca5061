import { availableParallelism } from 'node:os';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { tf } from '../../layers-to-onnx/tf.js';
import { startTfjsNode } from './tfjs-node.js';
import { startWasm } from './wasm.js';
import { startWebgpu, stopWebgpu } from './webgpu.js';

/** The backends by the name a user gives them. */
export const backendNames = ['tfjs-node', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];
/** `auto` takes the first of `tfjs-node`, `webgpu` and `wasm` that runs. */
export type BackendRequest = BackendName | 'auto';

export interface ChosenBackend {
  tf: typeof tf;
  name: BackendName;
  /** One line for the user: why this one, and why not the ones before it. */
  why: string;
  /** Lets go of what would keep the process from ending. Tensors may be lost. */
  close(): void;
}

export interface BackendOptions {
  /** CPU threads that one operator of the `wasm` backend may use; by default all cores but at most 4. */
  threads?: number;
}

/**
 * Starts the backend on which TensorFlow.js computes in this thread. Nothing falls back in silence: a backend
 * asked for by name runs or the call fails, and `auto` says in `why` what it passed over.
 * @throws ERR_PROVIDER_UNAVAILABLE when the backend asked for cannot run here
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

/** Each starts a backend; the result is undefined when it runs, else a phrase that says why not. */
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
