import { OnnxGraph } from '../../src/onnx/onnx-graph.js';

/**
 * Shaped like an export of donkeycar: [1, 120, 160, 3] in 0..1, the angle -1..1 (to the right above 0) and the throttle.
 * `linear`: the angle is the redness turned to the left, the throttle the blueness. `categorical`: the same as
 * distributions over 15 and 20 bins, a sharp peak at their place.
 */
export function donkeyNetwork(kind: 'linear' | 'categorical'): Uint8Array {
  const graph = new OnnxGraph(kind);
  graph.input('img_in', [1, 120, 160, 3]);
  const mean = graph.node('ReduceMean', ['img_in'], { axes: [1, 2], keepdims: 0 });
  const weigh = (name: string, weights: number[]) =>
    graph.node('MatMul', [mean, graph.constant(name, [3, 1], Float32Array.from(weights))]);
  const angle = weigh('angle_w', [-1, 0, 0]);
  const throttle = weigh('throttle_w', [0, 0, 1]);
  if (kind === 'linear') {
    graph.node('Identity', [angle], {}, 'n_outputs0');
    graph.node('Identity', [throttle], {}, 'n_outputs1');
    graph.output('n_outputs0', [1, 1]);
    graph.output('n_outputs1', [1, 1]);
    return graph.toBytes();
  }
  const peak = (value: string, name: string, bins: number[]) => {
    const places = graph.constant(`${name}_bins`, [1, bins.length], Float32Array.from(bins));
    const distance = graph.node('Sub', [places, value]);
    const square = graph.node('Mul', [distance, distance]);
    const logits = graph.node('Mul', [square, graph.scalar(`${name}_sharp`, -900)]);
    graph.node('Softmax', [logits], { axis: 1 }, name);
    graph.output(name, [1, bins.length]);
  };
  peak(angle, 'angle_out', evenBins(-1, 1, 15));
  peak(throttle, 'throttle_out', evenBins(0, 0.5, 20));
  return graph.toBytes();
}

export const evenBins = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
