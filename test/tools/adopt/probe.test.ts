import { expect, test } from 'vitest';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { adoptDetector, knowDetector } from '../../../tools/adopt/adopt-detector.js';
import { parseNetwork } from '../../../tools/adopt/network-file.js';

const edgePx = 16;

/** Suppresses boxes itself; as many stay as there are bright ones among the first eight values: on noise five, then three. */
function suppresses(): Uint8Array {
  const graph = new OnnxGraph('tiny');
  graph.input('image', [1, 3, edgePx, edgePx]);
  const flat = graph.node('Reshape', ['image', graph.ints('flat', [-1])]);
  const first = graph.node('Slice', [flat, graph.ints('from', [0]), graph.ints('to', [8])]);
  const stays = graph.node('Greater', [first, graph.scalar('bright', 140)]);
  const kept = (name: string, shape: number[], data: Float32Array | BigInt64Array) => {
    const all = graph.constant(name, [8, ...shape], data);
    graph.node('Compress', [all, stays], { axis: 0 }, name.slice(4));
    const type = data instanceof Float32Array ? 'float32' : 'int64';
    graph.output(name.slice(4), ['found', ...shape], type);
  };
  const box = [2, 4, 10, 12];
  kept(
    'all_boxes',
    [4],
    Float32Array.from({ length: 32 }, (_, i) => box[i % 4]!),
  );
  kept('all_scores', [], new Float32Array(8).fill(0.75));
  kept('all_labels', [], new BigInt64Array(8));
  return graph.toBytes();
}

test('what a network decides the number of is named, however many it found on noise', async () => {
  const choices = {
    ...({ classNames: ['car'], unmapped: 'keep', scoreThreshold: 0.3, maxDetections: 50 } as const),
    ...({ nms: { method: 'none' }, feeding: { range: '0..255' } } as const),
    ...{ name: 'tiny', version: '1.0.0', from: 'tiny.onnx', licence: 'MIT', command: 'none' },
  };
  const known = knowDetector(await parseNetwork(suppresses(), 'tiny.onnx'), choices);
  expect(known.probe.outputs.map(({ shape }) => shape)).toEqual([[5, 4], [5], [5]]);
  const { bundle } = await adoptDetector(known, choices, []);
  const shapes = bundle.manifest.outputs.map(({ name, shape }) => [name, shape]);
  expect(shapes).toEqual([
    ['boxes', ['found', 4]],
    ['scores', ['found']],
    ['labels', ['found']],
  ]);
});
