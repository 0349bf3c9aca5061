import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { type Emission, emitLayer } from './emit-layer.js';
import { type FoldedWeights, foldNormalization } from './fold-normalization.js';
import { type LayerGraph, type LayerNode, readLayerGraph } from './layer-graph.js';
import { channelsFirst, kernelPermutation, transposed } from './tensor-layout.js';
import type { tf } from './tf.js';

export interface OnnxExport {
  bytes: Uint8Array;
  /** Shapes with the batch: a number, or its symbol. */
  input: { name: string; shape: (number | string)[] };
  outputs: { name: string; shape: (number | string)[] }[];
  parameters: number;
}

export interface OnnxExportOptions {
  graphName: string;
  inputName: string;
  outputNames: string[];
  /** A number, or a symbol for a batch that varies from run to run. */
  batch: number | string;
  /** Metadata of the model file, such as labels. */
  properties?: Record<string, string>;
}

/**
 * Turns a tf.layers model into an ONNX model for inference: feature maps are channels first, normalisation is
 * folded into the layers before it, dropout is removed. Input and outputs that are feature maps are
 * [batch, channels, rows, columns]. Outputs of the model beyond `outputNames` are omitted. Throws ERR_EXPORT for a layer
 * without an emitter.
 */
export function exportOnnx(model: tf.LayersModel, options: OnnxExportOptions): OnnxExport {
  const layers = pruned(readLayerGraph(model), options.outputNames.length);
  const { weights: foldedWeights, folded } = foldNormalization(layers);
  const graph = new OnnxGraph(options.graphName);
  const inputShape = [options.batch, ...channelsFirst(layers.input.outputShape)];
  graph.input(options.inputName, inputShape);
  if (inputShape.length === 4) graph.denoteImage(options.inputName);
  let parameters = 0;
  const constant = (name: string, shape: number[], values: Float32Array): string => {
    parameters += values.length;
    return graph.constant(name, shape, values, true);
  };
  const emission: Emission = {
    graph,
    weight: (node, position) => emitWeight(node, position, foldedWeights.get(node.name), constant),
  };
  const values = new Map([[layers.input.name, options.inputName]]);
  for (const node of layers.nodes) {
    const inputs = node.inputs.map((name) => values.get(name)!);
    const isFolded = folded.has(node.name);
    values.set(
      node.name,
      isFolded ? inputs[0]! : emitLayer(emission, withFoldedBias(node, foldedWeights), inputs),
    );
  }
  const outputs = layers.outputs.map((layer, index) => {
    const name = options.outputNames[index]!;
    const shape = [options.batch, ...channelsFirst(shapeOf(layers, layer))];
    graph.node('Identity', [values.get(layer)!], {}, name);
    graph.output(name, shape);
    return { name, shape };
  });
  return {
    bytes: graph.toBytes(options.properties),
    input: { name: options.inputName, shape: inputShape },
    outputs,
    parameters,
  };
}

/** The graph of only the first outputs, without layers that are only for training. */
function pruned(layers: LayerGraph, outputCount: number): LayerGraph {
  const outputs = layers.outputs.slice(0, outputCount);
  const needed = new Set(outputs);
  const nodes = [...layers.nodes]
    .reverse()
    .filter((node) => {
      if (!needed.has(node.name)) return false;
      for (const input of node.inputs) needed.add(input);
      return true;
    })
    .reverse();
  return { ...layers, nodes, outputs };
}

const shapeOf = (layers: LayerGraph, name: string): number[] =>
  layers.nodes.find((node) => node.name === name)!.outputShape;

/** A layer without a bias has one after folding. */
function withFoldedBias(node: LayerNode, folded: Map<string, FoldedWeights>): LayerNode {
  return folded.has(node.name) ? { ...node, config: { ...node.config, useBias: true } } : node;
}

function emitWeight(
  node: LayerNode,
  position: number,
  folded: FoldedWeights | undefined,
  constant: (name: string, shape: number[], values: Float32Array) => string,
): string {
  const suffix = position === 0 ? 'kernel' : `weight${position}`;
  if (position > 0 && folded)
    return constant(`${node.name}.bias`, [folded.bias.length], folded.bias);
  const { shape } = node.weights[position]!;
  const values = position === 0 && folded ? folded.kernel : node.weights[position]!.read();
  const perm = position === 0 ? kernelPermutation[node.className] : undefined;
  if (!perm) return constant(`${node.name}.${suffix}`, shape, values.slice());
  const turnedShape = perm.map((axis) => shape[axis]!);
  return constant(`${node.name}.${suffix}`, turnedShape, transposed(values, shape, perm));
}
