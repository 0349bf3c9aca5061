import { tf } from '../../layers-to-onnx/tf.js';
import { importOptional } from './optional-package.js';

const packageName = '@tensorflow/tfjs-node';

/**
 * Makes TensorFlow's native library the running backend, if the optional package `@tensorflow/tfjs-node` is
 * installed and loads.
 * @returns undefined when it runs, else one phrase that says why not
 */
export async function startTfjsNode(): Promise<string | undefined> {
  const loaded = await importOptional(packageName);
  if (typeof loaded === 'string') return loaded;
  if (!tf.engine().backendNames().includes('tensorflow')) {
    return `${packageName} brought another TensorFlow.js than ${tf.version_core}`;
  }
  return (await tf.setBackend('tensorflow')) ? undefined : `${packageName} does not start`;
}
