import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../src/bundle/bundle.js';
import type { Manifest, TensorDtype } from '../../src/bundle/manifest.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { TensorRoom } from '../../src/inference/tensor-room.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { inputSpec } from '../support/frames.js';

const numbers: Record<TensorDtype, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};
/** float16, uint8, int8, int32 and int64 as OnnxGraph declares them; the others are float32. */
type Declared = Exclude<TensorDtype, 'bool'>;

/** A network that takes 2x2 pixels of one type and gives as many numbers of another, with a constant added. */
function bundleOf(from: Declared, to: Declared, isFree = false): Bundle {
  const graph = new OnnxGraph('types');
  graph.input('pixels', [1, 2, 2, 3], from);
  graph.input('size', [1], 'int64');
  let sum = graph.node('Add', [
    graph.node('Cast', ['pixels'], { to: 1 }),
    graph.node('Cast', ['size'], { to: 1 }),
  ]);
  sum = graph.node('Reshape', [sum, graph.ints('shape', [12])]);
  if (isFree) {
    // As many rows as are above 100: what a network with suppression inside does.
    const isLarge = graph.node('Greater', [sum, graph.scalar('least', 100)]);
    sum = graph.node('Compress', [sum, isLarge], { axis: 0 });
  }
  graph.node('Cast', [sum], { to: numbers[to] }, 'numbers');
  graph.output('numbers', [isFree ? 'found' : 12], to);
  const network = graph.toBytes();
  const manifest = {
    network: { file: 'model.onnx', sha256: createHash('sha256').update(network).digest('hex') },
    input: {
      tensor: { name: 'pixels', dtype: from, shape: [1, 2, 2, 3] },
      spec: inputSpec({ widthPx: 2, heightPx: 2, layout: 'nhwc' }),
      constants: [{ name: 'size', dtype: 'int64', shape: [1], values: [3] }],
    },
    outputs: [{ name: 'numbers', dtype: to, shape: [isFree ? 'found' : 12] }],
    decode: { kind: 'end-to-end', maxCandidates: 5 },
  } as unknown as Manifest;
  return { manifest, golden: { input: {}, outputs: {} } as never, network, where: 'types' };
}

const values = Float32Array.from({ length: 12 }, (_, i) => i * 5);

describe('tensors of other types than float32', () => {
  it.each<[Declared, Declared]>([
    ['uint8', 'float32'],
    ['float16', 'float16'],
    ['int8', 'int32'],
    ['uint8', 'int64'],
    ['int32', 'uint8'],
    ['float32', 'int8'],
  ])('go in as %s and come out as %s, written and read as float32', async (from, to) => {
    const session = await createNetworkSession(bundleOf(from, to), { providers: ['cpu'] });
    session.input.set(values);
    await session.run();
    expect([...session.outputs['numbers']!]).toEqual([...values].map((value) => value + 3));
    await session.dispose();
  });

  it('are rounded and kept within their range', () => {
    const room = new TensorRoom('uint8', 4);
    room.values.set([-3, 1.6, 300, Number.NaN]);
    room.store(4);
    expect([...room.stored]).toEqual([0, 2, 255, 0]);
    const whole = new TensorRoom('int64', 3);
    whole.values.set([-7, 0, 2 ** 20]);
    whole.store(3);
    expect([...whole.stored]).toEqual([-7n, 0n, 1_048_576n]);
    whole.values.fill(9);
    whole.load(3);
    expect([...whole.values]).toEqual([-7, 0, 2 ** 20]);
  });

  it('of a size that the network decides are copied, and what they leave over is zeros', async () => {
    const session = await createNetworkSession(bundleOf('float32', 'int64', true), {
      providers: ['cpu'],
    });
    const run = async (pixels: number[]) => {
      session.input.fill(0);
      session.input.set(pixels);
      await session.run();
      return [...session.outputs['numbers']!];
    };
    expect(await run([200, 1, 150])).toEqual([203, 153, 0, 0, 0]);
    expect(await run([])).toEqual([0, 0, 0, 0, 0]);
    await expect(run(new Array(6).fill(200))).rejects.toMatchObject({
      code: 'ERR_INFERENCE',
      message:
        'types: output numbers: expected at most 5 values, found 6: a larger maxCandidates makes room',
    });
    await session.dispose();
  });
});
