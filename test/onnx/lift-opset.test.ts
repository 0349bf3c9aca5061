import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { NativeSession } from '../../src/inference/native-session.js';
import { ModelProtoSchema } from '../../src/onnx/gen/onnx_pb.js';
import { liftOpset, opsetOf } from '../../src/onnx/lift-opset.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { sharedDataDir } from '../support/shared-data.js';

const here = { where: 'old.onnx', purpose: 'the test' };

/** A network as an exporter of that opset wrote it. */
function network(opset: number, build: (graph: OnnxGraph) => string, dims: number[]): Uint8Array {
  const graph = new OnnxGraph('old');
  graph.input('x', [2, 3, 4, 5]);
  graph.node('Identity', [build(graph)], {}, 'y');
  graph.output('y', dims);
  const model = fromBinary(ModelProtoSchema, graph.toBytes());
  model.opsetImport[0]!.version = BigInt(opset);
  return toBinary(ModelProtoSchema, model);
}

function lifted(bytes: Uint8Array, needed: number): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  liftOpset(model, needed, here);
  expect(opsetOf(model)).toBe(needed);
  return toBinary(ModelProtoSchema, model);
}

function answers(bytes: Uint8Array, input: [string, number[]], output: [string, number[]]) {
  const size = (dims: number[]) => dims.reduce((a, b) => a * b, 1);
  const session = NativeSession.load(bytes, 'network');
  const data = new Float32Array(size(output[1]));
  const x = Float32Array.from({ length: size(input[1]) }, (_, i) => Math.sin(i * 1.7) * 2);
  session.run(
    { [input[0]]: { type: 'float32', dims: input[1], data: x } },
    { [output[0]]: { type: 'float32', dims: output[1], data } },
  );
  session.release();
  return data;
}

describe('a network of an older opset answers the same in a newer one', () => {
  test.each<[string, number, number[], (graph: OnnxGraph) => string]>([
    ['softmax over several axes', 11, [2, 3, 4, 5], (g) => g.node('Softmax', ['x'], { axis: 1 })],
    ['softmax whose axis was left out', 11, [2, 3, 4, 5], (g) => g.node('Softmax', ['x'])],
    ['sums', 11, [2, 1, 4, 1], (g) => g.node('ReduceSum', ['x'], { axes: [1, 3], keepdims: 1 })],
    ['a new axis', 11, [2, 1, 3, 4, 5], (g) => g.node('Unsqueeze', ['x'], { axes: [1] })],
    ['parts', 11, [2, 1, 4, 5], (g) => g.nodes('Split', ['x'], 2, { axis: 1, split: [1, 2] })[0]!],
    ['dropout', 11, [2, 3, 4, 5], (g) => g.node('Dropout', ['x'], { ratio: { float: 0.5 } })],
  ])('%s', (_, opset, dims, build) => {
    const old = network(opset, build, dims);
    const before = answers(old, ['x', [2, 3, 4, 5]], ['y', dims]);
    expect(answers(lifted(old, 17), ['x', [2, 3, 4, 5]], ['y', dims])).toEqual(before);
    expect(before.some((value) => value !== 0)).toBe(true);
  });
});

test('what means something else there, or is not known, is refused by its name', () => {
  const lift = (opType: string, opset: number, needed = 16) => {
    const model = fromBinary(
      ModelProtoSchema,
      network(opset, (graph) => graph.node(opType, ['x']), [1]),
    );
    liftOpset(model, needed, here);
  };
  expect(() => lift('Upsample', 9)).toThrow(
    'old.onnx: the test needs opset 16, found 9, which cannot be lifted: Upsample',
  );
  expect(() => lift('Loop', 11)).toThrow('nothing is known of its operator Loop');
  expect(() => lift('Relu', 7)).toThrow('export the network again with opset 16 or later');
  expect(() => lift('Relu', 11, 16)).not.toThrow();
  expect(() => lift('Loop', 16)).not.toThrow();
});

const modelsDir = join(sharedDataDir() ?? '', '../models');
const others: [string, string, number[], string, number[]][] = [
  ['yolox_nano', 'images', [1, 3, 416, 416], 'output', [1, 3549, 85]],
  ['fastestdet', 'input.1', [1, 3, 352, 352], '758', [1, 85, 22, 22]],
];
for (const [name, input, inputDims, output, outputDims] of others) {
  const path = join(modelsDir, `${name}.onnx`);
  const isThere = existsSync(path);
  test.skipIf(!isThere)(
    `${name} of opset 11 answers the same in 16${isThere ? '' : ' (left out: no file)'}`,
    () => {
      const old = new Uint8Array(readFileSync(path));
      const before = answers(old, [input, inputDims], [output, outputDims]);
      const after = answers(lifted(old, 16), [input, inputDims], [output, outputDims]);
      const most = after.reduce(
        (worst, value, i) => Math.max(worst, Math.abs(value - before[i]!)),
        0,
      );
      expect(most).toBeLessThan(1e-3);
    },
  );
}
