import type { Bundle } from '../bundle/bundle.js';
import { hasNarrowSums } from '../bundle/manifest.js';
import { firstLine } from '../frame/first-line.js';
import { PerceptionError } from '../frame/perception-error.js';
import { engineFolder, precisionOf } from './engine-cache.js';
import { InferenceSession } from './onnxruntime.js';

export interface LoadedSession {
  session: InferenceSession;
  isPartlyOnCpu: boolean;
}

/**
 * Returns the session, or why the provider is not available. ONNX Runtime silently runs nodes on the CPU that a provider
 * cannot run. So the first load forbids that, and only a second one allows it: that session is partly on the CPU.
 */
export async function tryLoad(
  bundle: Bundle,
  provider: string,
  intraOpThreads: number,
): Promise<LoadedSession | string> {
  try {
    if (provider === 'cpu')
      return { session: await load(bundle, provider, intraOpThreads, false), isPartlyOnCpu: false };
    const whole = await load(bundle, provider, intraOpThreads, true).catch((cause) => {
      if (/fallback to CPU EP/i.test(String(cause))) return undefined;
      throw cause;
    });
    if (whole !== undefined) return { session: whole, isPartlyOnCpu: false };
    return { session: await load(bundle, provider, intraOpThreads, false), isPartlyOnCpu: true };
  } catch (cause) {
    const reason = firstLine(cause);
    if (provider !== 'cpu') return reason;
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${bundle.where}/${bundle.manifest.network.file}: expected a network that ONNX Runtime can load, found: ${reason}`,
      { cause },
    );
  }
}

function load(
  bundle: Bundle,
  provider: string,
  intraOpThreads: number,
  refusesCpu: boolean,
): Promise<InferenceSession> {
  return InferenceSession.create(bundle.network, {
    executionProviders: [providerOf(bundle, provider)],
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    extra: {
      session: {
        // Several lanes share the cores: a pool that spins while waiting takes them from the others.
        intra_op: { allow_spinning: '0' },
        // 1: x86 processors whose fast kernels saturate use those that do not. Other processors ignore it.
        x64quantprecision: hasNarrowSums(bundle.manifest) ? '0' : '1',
        ...(refusesCpu && { disable_cpu_ep_fallback: '1' }),
      },
    },
  });
}

/** TensorRT with the folder of its engines. Only a binding built by tools/jetson reads it; others ignore it. */
function providerOf(bundle: Bundle, name: string) {
  if (name !== 'tensorrt') return name;
  const engineCachePath = engineFolder(bundle.network, precisionOf(bundle.manifest));
  return engineCachePath === undefined ? name : { name, engineCachePath };
}
