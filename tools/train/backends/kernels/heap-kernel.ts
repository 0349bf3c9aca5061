import type { tf } from '../../../layers-to-onnx/tf.js';
import type { GraphRunner } from './graph-runner.js';
import type { HeapBackend } from './heap-backend.js';

/** One call of a kernel. Inputs that an operation leaves out are absent; attributes are the operation's own. */
export interface KernelCall {
  inputs: Record<string, tf.TensorInfo>;
  attrs: Record<string, unknown>;
  backend: HeapBackend;
  graphs: GraphRunner;
}

/** What a heap kernel computes; undefined leaves the call to the kernel that the backend brought itself. */
export type KernelResult = tf.TensorInfo | tf.TensorInfo[] | undefined;

/** A kernel of the wasm backend, added by this project or put before the backend's own. */
export interface HeapKernel {
  /** TensorFlow.js' name of the kernel, such as `Conv2DBackpropFilter`. */
  name: string;
  compute(call: KernelCall): KernelResult;
}
