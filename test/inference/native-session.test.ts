import { describe, expect, it } from 'vitest';
import { hasErrorCode } from '../../src/frame/perception-error.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';

function doublingModel(): Uint8Array {
  const graph = new OnnxGraph('doubling');
  const x = graph.input('x', [3]);
  graph.node('Add', [x, x], {}, 'y');
  graph.output('y', [3]);
  return graph.toBytes();
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return hasErrorCode(error) ? error.code : String(error);
  }
  return undefined;
}

const floats = (data: Float32Array): NativeTensor => ({
  type: 'float32',
  dims: [data.length],
  data,
});

describe('a native session', () => {
  it('writes into the caller’s buffers before run returns, also in the middle of one heap', () => {
    const session = NativeSession.load(doublingModel(), 'doubling');
    const heap = new Float32Array(12).fill(-1);
    heap.set([1, 2, 3], 2);
    session.run({ x: floats(heap.subarray(2, 5)) }, { y: floats(heap.subarray(7, 10)) });
    expect([...heap]).toEqual([-1, -1, 1, 2, 3, -1, -1, 2, 4, 6, -1, -1]);
    session.release();
  });

  it('refuses bytes that are no model', () => {
    expect(codeOf(() => NativeSession.load(new Uint8Array(64), 'zeros'))).toBe('ERR_INFERENCE');
  });

  it('refuses a tensor of another shape and a missing input', () => {
    const session = NativeSession.load(doublingModel(), 'doubling');
    const y = { y: floats(new Float32Array(3)) };
    expect(codeOf(() => session.run({ x: floats(new Float32Array(4)) }, y))).toBe('ERR_INFERENCE');
    expect(codeOf(() => session.run({}, y))).toBe('ERR_INFERENCE');
    session.release();
  });
});
