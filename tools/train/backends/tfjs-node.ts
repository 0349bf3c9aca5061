import { tf } from './tf.js';

/** An optional package, named by a variable so that the compiler does not ask for its types. */
const packageName = '@tensorflow/tfjs-node';

/**
 * Makes TensorFlow's native library the running backend, where the optional package `@tensorflow/tfjs-node` is
 * installed and loads. undefined when it runs, else one sentence that says why not.
 */
export async function startTfjsNode(): Promise<string | undefined> {
  try {
    await import(packageName);
  } catch (error) {
    return isMissing(error)
      ? `${packageName} is not installed`
      : `${packageName} does not load: ${firstLine(error)}`;
  }
  if (!tf.findBackend('tensorflow')) {
    return `${packageName} brought a TensorFlow.js of its own; its version must be ${tf.version_core}`;
  }
  return (await tf.setBackend('tensorflow')) ? undefined : `${packageName} does not start`;
}

/** Whether an import failed because the package is not there. */
export function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return String((error as { message?: unknown } | null)?.message ?? error).split('\n')[0]!;
}
