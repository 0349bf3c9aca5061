import { elementCount, mulberry32 } from '../../src/bundle/golden.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { Golden } from '../../src/bundle/manifest.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import type { OnnxExport } from '../layers-to-onnx/export-onnx.js';

const goldenSeed = 20_240;
/** Values of each output that the golden file keeps. */
const goldenSamples = 64;

/** Runs the exported network once on an input generated from a seed and keeps a sample of each output. */
export function makeGolden(
  exported: Pick<OnnxExport, 'bytes' | 'input' | 'outputs'>,
  { mean, scale }: InputSpec,
): Golden {
  const fixed = (shape: (number | string)[]): number[] =>
    shape.map((size) => (typeof size === 'string' ? 1 : size));
  const shape = fixed(exported.input.shape);
  const minimum = Math.max(...mean.map((value, channel) => (0 - value) * scale[channel]!));
  const maximum = Math.min(...mean.map((value, channel) => (255 - value) * scale[channel]!));
  const next = mulberry32(goldenSeed);
  const input = Float32Array.from(
    { length: elementCount(shape) },
    () => minimum + (maximum - minimum) * next(),
  );
  const fetches: Record<string, NativeTensor> = {};
  for (const output of exported.outputs) {
    const dims = fixed(output.shape);
    fetches[output.name] = { type: 'float32', dims, data: new Float32Array(elementCount(dims)) };
  }
  const session = NativeSession.load(exported.bytes, 'exported network');
  session.run({ [exported.input.name]: { type: 'float32', dims: shape, data: input } }, fetches);
  session.release();
  const outputs = Object.entries(fetches).map(([name, { dims, data }]) => {
    const count = Math.min(goldenSamples, data.length);
    const indices = Array.from({ length: count }, (_, i) => Math.floor((i * data.length) / count));
    const values = indices.map((index) => Number((data[index] as number).toPrecision(7)));
    const kept: Golden['outputs'][string] = { shape: [...dims], indices, values };
    return [name, kept] as const;
  });
  return {
    input: { seed: goldenSeed, minimum, maximum, shape },
    outputs: Object.fromEntries(outputs),
  };
}
