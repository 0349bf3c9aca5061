import { MathBackendCPU, registerBackend, removeBackend } from '@tensorflow/tfjs';

/**
 * TensorFlow.js: the training API of this project. The only importer of `@tensorflow/tfjs`; it takes about
 * 0.3 s to load, so import this file lazily, only from commands that train or export.
 *
 * No backend is chosen here: until `chooseBackend` (choose-backend.ts) has run, tensors are on the plain
 * `cpu` backend, which is fine for building and describing networks and far too slow to train them.
 */
export * as tf from '@tensorflow/tfjs';

// The cpu backend advertises tfjs-node when it gets its first tensor. The training command itself prints the
// backend, so the first use is marked as past; all other warnings stay.
removeBackend('cpu');
registerBackend('cpu', () => Object.assign(new MathBackendCPU(), { firstUse: false }), 1);
