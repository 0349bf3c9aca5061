import type { Bundle } from '../bundle/bundle.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import { checkSession } from './check-session.js';
import { tryLoad } from './load-session.js';
import type { FrameSession, NetworkSession } from './network-session.js';
import { OnnxNetworkSession } from './onnx-network-session.js';
import { Tensor } from './onnxruntime.js';
import {
  constantFeeds,
  fetchesOf,
  outputRooms,
  runSession,
  type TensorRuntime,
  valuesOf,
} from './session-tensors.js';

export interface SessionSettings {
  /** Execution providers in the order they are tried, such as ["tensorrt", "cuda", "cpu"]. */
  providers: readonly string[];
  /** Threads inside one operator; 1 is best if several lanes share few cores. */
  intraOpThreads?: number;
}

const tensors: TensorRuntime = { Tensor, writesInPlace: true };

/**
 * Loads a bundle's network on the first of the given execution providers that loads it and completes a run, and
 * checks names, types and shapes of the session against the manifest.
 * Throws ERR_PROVIDER_UNAVAILABLE (none of them works; the message has each one's reason), ERR_BUNDLE (the CPU
 * refuses the network: it is broken) or ERR_BUNDLE_SHAPE (the network is not what the manifest says).
 */
export async function createNetworkSession(
  bundle: Bundle,
  settings: SessionSettings,
): Promise<NetworkSession> {
  const reasons: string[] = [];
  for (const provider of settings.providers) {
    const loaded = await tryLoad(bundle, provider, settings.intraOpThreads ?? 1);
    if (typeof loaded === 'string') {
      reasons.push(`${provider} (${loaded})`);
      continue;
    }
    const { session, isPartlyOnCpu } = loaded;
    try {
      checkSession(session, bundle.manifest, bundle.where);
      const network = new OnnxNetworkSession(session, bundle, provider, isPartlyOnCpu, {
        ...tensors,
        load: (other) => loadBeside(bundle, other, provider),
      });
      await network.run();
      return network;
    } catch (error) {
      await session.release();
      if (!hasErrorCode(error) || error.code !== 'ERR_INFERENCE') throw error;
      if (provider === 'cpu') throw error;
      reasons.push(`${provider} (${error.message})`);
    }
  }
  throw new PerceptionError(
    'ERR_PROVIDER_UNAVAILABLE',
    `${bundle.where}: expected an execution provider that runs, of ${settings.providers.join(', ') || 'an empty list'}; found none: ${reasons.join('; ')}`,
  );
}

/** Another network with a bundle's settings. Rejects with ERR_INFERENCE. */
async function loadBeside(bundle: Bundle, network: Uint8Array, provider: string) {
  const loaded = await tryLoad({ ...bundle, network }, provider, 1);
  if (typeof loaded !== 'string') return loaded.session;
  throw new PerceptionError(
    'ERR_INFERENCE',
    `${bundle.where}: expected ${provider} to load a network of integers, found: ${loaded}`,
  );
}

/**
 * Loads `network`, the bundle's with preprocessing in front of it, on the provider of its certified session. `frame`:
 * name and shape of its uint8 input. Throws ERR_PROVIDER_UNAVAILABLE if the provider cannot run it.
 */
export async function createFrameSession(
  bundle: Bundle,
  network: Uint8Array,
  provider: string,
  frame: { name: string; shape: readonly [number, number] },
): Promise<FrameSession> {
  const loaded = await tryLoad({ ...bundle, network }, provider, 1);
  if (typeof loaded === 'string') {
    throw new PerceptionError(
      'ERR_PROVIDER_UNAVAILABLE',
      `${bundle.where}: expected ${provider} to run preprocessing in front of the network, found: ${loaded}; preprocess: host does without`,
    );
  }
  const { session, isPartlyOnCpu } = loaded;
  const pixels = new Uint8Array(frame.shape[0] * frame.shape[1]);
  const fed = new Tensor('uint8', pixels, frame.shape);
  const feeds = { [frame.name]: fed, ...constantFeeds(tensors, bundle) };
  const rooms = outputRooms(bundle, 1);
  const fetches = fetchesOf(tensors, bundle, rooms, 1);
  return {
    provider,
    isPartlyOnCpu,
    pixels,
    outputs: valuesOf(rooms),
    run: () => runSession(session, { feeds, fetches }, rooms, { where: bundle.where, provider }),
    dispose: () => session.release(),
  };
}
