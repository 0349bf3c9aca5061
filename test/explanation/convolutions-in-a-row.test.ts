import { expect, test } from 'vitest';
import type { Bundle } from '../../src/bundle/bundle.js';
import { convolutionsInARow } from '../../src/explanation/convolutions-in-a-row.js';
import { type AttributeValue, OnnxGraph } from '../../src/onnx/onnx-graph.js';

const [rows, columns] = [6, 9];

interface Layer {
  attributes: Record<string, AttributeValue>;
  /** Padding by a node of its own: above, left, below, right. */
  padded?: [number, number, number, number];
  /** Size of its answer. */
  size: [number, number];
}

/** Where each layer's kernel begins and how far it reaches, in a network of convolutions of 3x3. */
function layersOf(layers: readonly Layer[]) {
  const graph = new OnnxGraph('test');
  let value = graph.input('x', [1, 3, rows, columns]);
  for (const { attributes, padded } of layers) {
    const weights = graph.constant('w', [3, 3, 3, 3], new Float32Array(81));
    if (padded !== undefined) {
      const [top, left, bottom, right] = padded;
      const pads = graph.ints('pads', [0, 0, top, left, 0, 0, bottom, right]);
      value = graph.node('Pad', [value, pads]);
    }
    value = graph.node('Conv', [value, weights], { kernel_shape: [3, 3], ...attributes });
    value = graph.node('Relu', [value]);
  }
  graph.output(value, [1, 3, ...layers.at(-1)!.size]);
  const spec = { layout: 'nchw', widthPx: columns, heightPx: rows };
  const bundle = { manifest: { input: { spec } }, network: graph.toBytes(), where: 'test' };
  const row = convolutionsInARow(bundle as unknown as Bundle);
  const answers = row.names.map((name, at) => {
    const dims = [1, 3, ...layers[at]!.size];
    return [name, { dims, data: new Float32Array(dims.reduce((a, b) => a * b)) }] as const;
  });
  return row.layers(Object.fromEntries(answers)).map(({ padding, kernel, stride }) => {
    return { padding, kernel, stride };
  });
}

const plain = { kernel: [3, 3], stride: [1, 1] };

test('padding counts wherever a network states it: as numbers, as `auto_pad`, or in a node of its own', () => {
  expect(layersOf([{ attributes: { pads: [1, 2, 1, 2] }, size: [6, 11] }])).toEqual([
    { ...plain, padding: [1, 2] },
  ]);
  const halved = { strides: [2, 2] };
  // One row and two columns are added; the second layer's input is 3x5, which takes two of each.
  expect(
    layersOf([
      { attributes: { ...halved, auto_pad: 'SAME_UPPER' }, size: [3, 5] },
      { attributes: { ...halved, auto_pad: 'SAME_LOWER' }, size: [2, 3] },
    ]),
  ).toEqual([
    { kernel: [3, 3], stride: [2, 2], padding: [0, 1] },
    { kernel: [3, 3], stride: [2, 2], padding: [1, 1] },
  ]);
  expect(
    layersOf([{ attributes: { ...halved, auto_pad: 'SAME_LOWER' }, size: [3, 5] }])[0]!.padding,
  ).toEqual([1, 1]);
  expect(layersOf([{ attributes: {}, padded: [2, 1, 0, 1], size: [6, 9] }])).toEqual([
    { ...plain, padding: [2, 1] },
  ]);
});

test('a dilated kernel reaches over the places between its weights', () => {
  expect(layersOf([{ attributes: { dilations: [2, 3] }, size: [2, 3] }])).toEqual([
    { kernel: [5, 7], stride: [1, 1], padding: [0, 0] },
  ]);
});
