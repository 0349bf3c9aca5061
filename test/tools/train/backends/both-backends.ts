import { expect } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { startWasm } from '../../../../tools/train/backends/wasm.js';

/** Values in [-1, 1) that look random and are the same everywhere. */
export function noise(shape: number[], seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0 || 1;
  return Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 31 - 1;
  });
}

type Differentiable = (...inputs: tf.Tensor[]) => tf.Tensor;

/**
 * The value of `f` and its gradients by every input, weighted by noise, on one backend. Inputs are noise of the
 * shapes given, so both backends see the same.
 */
async function valueAndGradients(
  backend: 'cpu' | 'wasm',
  f: Differentiable,
  shapes: number[][],
): Promise<Float32Array[]> {
  if (backend === 'wasm') await startWasm();
  else await tf.setBackend('cpu');
  return tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.tensor(noise(shape, i + 1), shape));
    const value = f(...inputs);
    const weights = tf.tensor(noise(value.shape, 99), value.shape);
    const gradients = tf.grads(f)(inputs, weights);
    return [value, ...gradients].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

/**
 * Asserts that a differentiable function has the same value and gradients on the wasm backend as on TensorFlow.js'
 * own cpu backend: within 1e-4 of the largest magnitude of each (at least 1). `onCpu` is the same function by other
 * means, for one that the cpu backend cannot differentiate.
 */
export async function expectSameOnBothBackends(
  f: Differentiable,
  shapes: number[][],
  onCpu: Differentiable = f,
): Promise<void> {
  const expected = await valueAndGradients('cpu', onCpu, shapes);
  const found = await valueAndGradients('wasm', f, shapes);
  expected.forEach((values, which) => {
    const name = which === 0 ? 'value' : `gradient by input ${which - 1}`;
    expectClose(found[which]!, values, name);
  });
}

/** Asserts that all values agree within 1e-4 of the largest expected magnitude (at least 1). */
export function expectClose(found: Float32Array, expected: Float32Array, name: string): void {
  expect(found.length, `${name}: size`).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const difference = Math.abs(found[i]! - expected[i]!);
    // A NaN must fail too, so it counts as endlessly far.
    worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  expect(worst / scale, `${name}: worst difference, relative`).toBeLessThan(1e-4);
}
