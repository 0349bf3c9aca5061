import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import type { MaskPicture } from '../../tools/adopt/score-segmentation.js';

export type Head = 'scores' | 'channels-last' | 'class-ids' | 'mask';

/** ONNX's number of float16, for Cast; 1 is float32. */
const float16 = 10;

/**
 * Reads an input of 64x32 a quarter as fine, as SegFormer does: red beyond 0.5 is class 0, blue class 1, green class 2.
 * Other ranges than 0 to 1 drown the bias of class 3. `dtype` is that of the input and of scores.
 */
export function colourNetwork(head: Head, dtype: 'float32' | 'float16' = 'float32'): Uint8Array {
  const graph = new OnnxGraph('colours');
  graph.input('pixel_values', [1, 3, 32, 64], dtype);
  const isHalf = dtype === 'float16';
  const pixels = isHalf ? graph.node('Cast', ['pixel_values'], { to: 1 }) : 'pixel_values';
  const small = graph.node('AveragePool', [pixels], {
    kernel_shape: [4, 4],
    strides: [4, 4],
  });
  const weights = [2, -1, -1, -1, -1, 2, -1, 2, -1, 0, 0, 0];
  const scores = graph.node(
    'Conv',
    [
      small,
      graph.constant('w', [4, 3, 1, 1], Float32Array.from(weights)),
      graph.constant('b', [4], Float32Array.of(0, 0, 0, 0.3)),
    ],
    { kernel_shape: [1, 1] },
    head === 'scores' && !isHalf ? 'logits' : undefined,
  );
  if (head === 'scores' && isHalf) graph.node('Cast', [scores], { to: float16 }, 'logits');
  if (head === 'scores') graph.output('logits', [1, 4, 8, 16], dtype);
  if (head === 'channels-last') {
    graph.node('Transpose', [scores], { perm: [0, 2, 3, 1] }, 'logits');
    graph.output('logits', [1, 8, 16, 4]);
  }
  if (head === 'class-ids') {
    graph.node('ArgMax', [scores], { axis: 1, keepdims: 0 }, 'map');
    graph.output('map', [1, 8, 16], 'int64');
  }
  if (head === 'mask') {
    const red = graph.node('Slice', [
      scores,
      graph.ints('from', [0]),
      graph.ints('to', [1]),
      graph.ints('axis', [1]),
    ]);
    graph.node('Sigmoid', [red], {}, 'mask');
    graph.output('mask', [1, 1, 8, 16]);
  }
  return graph.toBytes();
}

/** A red road below, a blue sky above, a green tree and something grey. */
export function colourPicture(id: string): MaskPicture {
  const [widthPx, heightPx] = [64, 32];
  const data = new Uint8Array(widthPx * heightPx * 3);
  const truth = new Uint8Array(widthPx * heightPx);
  for (let row = 0; row < heightPx; row++) {
    for (let column = 0; column < widthPx; column++) {
      const at = row * widthPx + column;
      const isRoad = row >= 16;
      const isTree = row < 16 && column < 24;
      const isGrey = row < 16 && column > 48;
      const [name, colour] = isRoad
        ? (['road', [220, 10, 10]] as const)
        : isTree
          ? (['tree', [10, 220, 10]] as const)
          : isGrey
            ? (['building', [60, 60, 60]] as const)
            : (['sky', [10, 10, 220]] as const);
      data.set(colour, at * 3);
      truth[at] = segmentationClasses.indexOf(name);
    }
  }
  return { id, image: { widthPx, heightPx, data }, truth };
}
