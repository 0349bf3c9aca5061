import { elementCount } from '../../src/bundle/golden.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import type { OnnxExport } from '../layers-to-onnx/export-onnx.js';
import { tf } from '../layers-to-onnx/tf.js';
import { createRandom } from '../train/random.js';

/**
 * Runs the exported network on ONNX Runtime and the tf.layers model on tf's active backend, both on the same
 * random input of batch 1 (-1 to 1), and returns the largest absolute difference of any output value,
 * relative to the largest absolute value of that output.
 * Throws ERR_EXPORT if it is above `tolerance`.
 */
export function compareWithTf(
  model: tf.LayersModel,
  exported: OnnxExport,
  tolerance: number,
  seed = 1,
): number {
  const fixed = (shape: (number | string)[]): number[] =>
    shape.map((size) => (typeof size === 'string' ? 1 : size));
  const inputShape = fixed(exported.input.shape);
  const random = createRandom(seed);
  const input = Float32Array.from({ length: elementCount(inputShape) }, () =>
    random.between(-1, 1),
  );
  const fetches: Record<string, NativeTensor> = {};
  for (const { name, shape } of exported.outputs) {
    const dims = fixed(shape);
    fetches[name] = { type: 'float32', dims, data: new Float32Array(elementCount(dims)) };
  }
  const session = NativeSession.load(exported.bytes, 'exported network');
  session.run(
    { [exported.input.name]: { type: 'float32', dims: inputShape, data: input } },
    fetches,
  );
  session.release();
  const expected = tf.tidy(() => {
    const x = tf.tensor(input, inputShape);
    const result = model.predict(x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x);
    return (Array.isArray(result) ? result : [result]).map(
      (output) =>
        (output.rank === 4
          ? tf.transpose(output, [0, 3, 1, 2])
          : output
        ).dataSync() as Float32Array,
    );
  });
  let worst = 0;
  exported.outputs.forEach(({ name }, index) => {
    const found = fetches[name]!.data as Float32Array;
    const wanted = expected[index]!;
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    const difference = found.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)),
      0,
    );
    worst = Math.max(worst, difference / largest);
  });
  if (!(worst <= tolerance)) {
    throw new PerceptionError(
      'ERR_EXPORT',
      `expected the exported network to differ from tf by at most ${tolerance}, found ${worst}`,
    );
  }
  return worst;
}
