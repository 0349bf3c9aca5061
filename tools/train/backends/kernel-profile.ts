import { textTable } from '../../../src/text/text-table.js';
import { tf } from '../../layers-to-onnx/tf.js';

/** Calls and time of one kernel while it was profiled. */
export interface KernelTime {
  kernel: string;
  calls: number;
  /** Milliseconds inside the kernel, without the kernels that it called. */
  selfMs: number;
}

/**
 * Puts a timer round every kernel of a backend until `stop` is called. Meant for backends whose kernels run on
 * the calling thread (`wasm`, `cpu`): on a GPU a kernel returns before it has run.
 * @param backendName TensorFlow.js' name of the backend, the running one by default
 */
export function profileKernels(backendName = tf.getBackend()): { stop(): KernelTime[] } {
  const originals = tf.getKernelsForBackend(backendName);
  const times = new Map<string, KernelTime>();
  const watch = { innerMs: 0 };
  for (const config of originals) replaceKernel(timedKernel(config, times, watch));
  return {
    stop() {
      originals.forEach(replaceKernel);
      return [...times.values()].sort((a, b) => b.selfMs - a.selfMs);
    },
  };
}

function replaceKernel(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}

/** `watch.innerMs` sums the time of the kernels that run inside the timed one. */
function timedKernel(
  config: tf.KernelConfig,
  times: Map<string, KernelTime>,
  watch: { innerMs: number },
): tf.KernelConfig {
  return {
    ...config,
    kernelFunc: (call) => {
      const outerMs = watch.innerMs;
      watch.innerMs = 0;
      const startMs = performance.now();
      try {
        return config.kernelFunc(call);
      } finally {
        const tookMs = performance.now() - startMs;
        const { kernelName: kernel } = config;
        const time = times.get(kernel) ?? { kernel, calls: 0, selfMs: 0 };
        time.calls += 1;
        time.selfMs += tookMs - watch.innerMs;
        times.set(kernel, time);
        watch.innerMs = outerMs + tookMs;
      }
    },
  };
}

/** Formats a table of the costliest kernels, one line each, most first; calls and times are divided by `steps`. */
export function kernelTable(times: readonly KernelTime[], steps = 1, most = 15): string {
  const rows = times
    .slice(0, most)
    .map(({ kernel, calls, selfMs }) => [
      kernel,
      (selfMs / steps).toFixed(2),
      String(calls / steps),
    ]);
  const totalMs = times.reduce((sum, { selfMs }) => sum + selfMs, 0) / steps;
  const table = [['kernel', 'ms', 'calls'], ...rows, ['all kernels', totalMs.toFixed(2)]];
  return textTable(table, { numbers: [1, 2] });
}
