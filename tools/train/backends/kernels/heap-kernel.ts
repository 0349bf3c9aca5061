import type { tf } from '../../../layers-to-onnx/tf.js';
import type { GraphRunner } from './graph-runner.js';
import type { HeapBackend } from './heap-backend.js';

/** One call of a kernel. Inputs that an operation omits are absent; attributes are the operation's own. */
export interface KernelCall {
  inputs: Record<string, tf.TensorInfo>;
  attrs: Record<string, unknown>;
  backend: HeapBackend;
  graphs: GraphRunner;
}

/** Result of a heap kernel; undefined leaves the call to the backend's own kernel. */
export type KernelResult = tf.TensorInfo | tf.TensorInfo[] | undefined;

/** A kernel that this project adds to the wasm backend or tries before the backend's own. */
export interface HeapKernel {
  /** TensorFlow.js' name of the kernel, such as `Conv2DBackpropFilter`. */
  name: string;
  compute(call: KernelCall): KernelResult;
}
