import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { NativeSession } from '../../src/inference/native-session.js';
import { AttributeProtoSchema, GraphProtoSchema } from '../../src/onnx/gen/onnx_pb.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';

/** An attribute that holds a graph: our own description of ONNX does not have that field, 6. */
function branch(name: string, { proto }: OnnxGraph) {
  const graph = toBinary(GraphProtoSchema, proto);
  const size = [(graph.length & 127) | 128, graph.length >> 7];
  const letters = new TextEncoder().encode(name);
  const bytes = [10, letters.length, ...letters, 50, ...size, ...graph, 160, 1, 5];
  return fromBinary(AttributeProtoSchema, Uint8Array.from(bytes));
}

test('constants that only a condition reads, inside, stay in a network that is written again', () => {
  const graph = new OnnxGraph('outer');
  graph.input('x', [1]);
  const tripled = graph.constant('three', [1], Float32Array.of(3), true);
  const shifted = graph.node('Add', ['x', graph.constant('ten', [1], Float32Array.of(10), true)]);
  const isAbove = graph.node('Greater', ['x', graph.scalar('zero', 0)]);
  const inside = (prefix: string, value: string) => {
    const inner = new OnnxGraph(prefix, prefix);
    inner.node('Mul', [value, tripled], {}, `${prefix}_y`);
    inner.output(`${prefix}_y`, [1]);
    return inner;
  };
  graph.node('If', [isAbove], {}, 'y');
  graph.proto.node
    .at(-1)!
    .attribute.push(
      branch('then_branch', inside('then', 'x')),
      branch('else_branch', inside('else', shifted)),
    );
  graph.output('y', [1]);
  const answers = (network: Uint8Array) => {
    const session = NativeSession.load(network, 'test');
    const of = (value: number) =>
      session.answer({ x: { type: 'float32', dims: [1], data: Float32Array.of(value) } }, ['y']);
    const found = [2, -4].map((value) => of(value)['y']!.data[0]);
    session.release();
    return found;
  };
  expect(answers(graph.toBytes())).toEqual([6, 18]);
  const written = NetworkGraph.read(graph.toBytes(), 'test');
  expect(answers(written.toBytes())).toEqual([6, 18]);
  written.leave([{ name: 'y', dims: [1] }]);
  expect(answers(written.toBytes())).toEqual([6, 18]);
});
