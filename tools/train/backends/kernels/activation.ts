import type { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';

type ActivationNodes = (graph: OnnxGraph, value: string) => string;

/** Activations that the fused kernels can apply, by TensorFlow.js' name. */
const activations: Readonly<Record<string, ActivationNodes>> = {
  linear: (_graph, value) => value,
  relu: (graph, value) => graph.node('Relu', [value]),
  relu6: (graph, value) =>
    graph.node('Clip', [value, graph.scalar('low', 0), graph.scalar('high', 6)]),
  sigmoid: (graph, value) => graph.node('Sigmoid', [value]),
  elu: (graph, value) => graph.node('Elu', [value]),
};

/** The nodes of an activation, or undefined for one that needs weights or a slope. */
export function activationNodes(name: unknown): ActivationNodes | undefined {
  return activations[String(name ?? 'linear')];
}
