import '@tensorflow/tfjs-backend-wasm';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { tf } from '../../layers-to-onnx/tf.js';
import { unfuseDilatedConvolutions } from './dilated-convolution.js';
import { fusedBatchNorm, fusedBatchNormGrad } from './kernels/batch-norm.js';
import { conv2d, fusedConv2d } from './kernels/conv2d.js';
import { conv2dBackpropFilter, conv2dBackpropInput } from './kernels/conv2d-gradients.js';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './kernels/depthwise-gradients.js';
import { registerWasmGradients } from './kernels/gradients.js';
import { GraphRunner } from './kernels/graph-runner.js';
import type { HeapBackend } from './kernels/heap-backend.js';
import type { HeapKernel } from './kernels/heap-kernel.js';
import { identity } from './kernels/identity.js';
import { batchMatMul, fusedMatMul } from './kernels/mat-mul.js';
import { avgPoolGrad, maxPoolGrad } from './kernels/pool-gradients.js';
import { mean, sum } from './kernels/reductions.js';
import { unsortedSegmentSum } from './kernels/segment-sum.js';
import { tile } from './kernels/tile.js';

/** Kernels that the wasm backend lacks, or that are faster on ONNX Runtime or in a plain loop. */
export const heapKernels: readonly HeapKernel[] = [
  conv2d,
  fusedConv2d,
  conv2dBackpropInput,
  conv2dBackpropFilter,
  depthwiseBackpropInput,
  depthwiseBackpropFilter,
  batchMatMul,
  fusedMatMul,
  fusedBatchNorm,
  fusedBatchNormGrad,
  maxPoolGrad,
  avgPoolGrad,
  sum,
  mean,
  tile,
  identity,
  unsortedSegmentSum,
];

export interface WasmOptions {
  /** Threads that one ONNX Runtime operator may use; 1 by default. */
  threads?: number;
}

let isExtended = false;

/**
 * Makes `wasm` the running backend of this thread, extended by the kernels above. Thread-local: a worker thread
 * that calls it has its own backend. The first call's options apply.
 * @throws ERR_PROVIDER_UNAVAILABLE when the WebAssembly module does not start
 */
export async function startWasm(options: WasmOptions = {}): Promise<void> {
  if (!isExtended) {
    extendKernels(new GraphRunner({ intraOpThreads: options.threads ?? 1 }));
    registerWasmGradients();
    unfuseDilatedConvolutions();
    isExtended = true;
  }
  if (!(await tf.setBackend('wasm'))) {
    throw new PerceptionError(
      'ERR_PROVIDER_UNAVAILABLE',
      'expected the wasm backend of TensorFlow.js to start, found that it did not, in this Node.js',
    );
  }
}

function extendKernels(graphs: GraphRunner): void {
  for (const kernel of heapKernels) {
    const original = tf.getKernel(kernel.name, 'wasm') as tf.KernelConfig | undefined;
    if (original !== undefined) tf.unregisterKernel(kernel.name, 'wasm');
    tf.registerKernel({
      // The original's set-up must still run, for the calls that are left to it.
      ...original,
      kernelName: kernel.name,
      backendName: 'wasm',
      kernelFunc: ({ inputs, backend, attrs = {} }) => {
        const result = kernel.compute({
          inputs: presentOnly(inputs),
          attrs,
          backend: backend as HeapBackend,
          graphs,
        });
        if (result !== undefined) return result;
        if (original !== undefined) return original.kernelFunc({ inputs, backend, attrs });
        throw new PerceptionError(
          'ERR_TRAINING',
          `expected a call of ${kernel.name} that the wasm backend can compute (NHWC layout), found ${JSON.stringify(attrs)}`,
        );
      },
    });
  }
}

function presentOnly(inputs: tf.NamedTensorInfoMap): Record<string, tf.TensorInfo> {
  const present: Record<string, tf.TensorInfo> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    if (tensor !== undefined && tensor !== null) present[name] = tensor;
  }
  return present;
}
