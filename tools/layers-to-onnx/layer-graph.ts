import { PerceptionError } from '../../src/frame/perception-error.js';
import { tf } from './tf.js';

type Layer = tf.layers.Layer;

/** One layer of a tf.layers model, as the exporter and the training compiler read it. */
export interface LayerNode {
  name: string;
  /** tf.layers class name, such as `Conv2D`. */
  className: string;
  config: Record<string, unknown>;
  /** Names of the layers whose outputs this one takes, in order. */
  inputs: string[];
  /** Shapes without the batch, channels last, as tf.layers sees them. */
  inputShapes: number[][];
  outputShape: number[];
  /** The layer's weights in tf.layers' order: trainable ones first, then running statistics. */
  weights: LayerWeight[];
}

export interface LayerWeight {
  /** Variable name, unique in the model. */
  name: string;
  shape: number[];
  /** Reads the current value; row-major in `shape`. */
  read(): Float32Array;
  write(values: Float32Array): void;
}

export interface LayerGraph {
  input: LayerNode;
  /** All layers except the input, each after those it depends on. */
  nodes: LayerNode[];
  /** Names of the layers whose outputs are the model's, in the model's order. */
  outputs: string[];
}

/**
 * Reads a functional tf.layers model with one input into a plain graph.
 * Throws ERR_EXPORT for a model with several inputs, for a shared layer and for an unknown dimension.
 */
export function readLayerGraph(model: tf.LayersModel): LayerGraph {
  if (model.inputs.length !== 1) {
    throw new PerceptionError(
      'ERR_EXPORT',
      `expected a model with 1 input, found ${model.inputs.length}`,
    );
  }
  const nodes: LayerNode[] = [];
  const nodeByName = new Map<string, LayerNode>();
  const visit = (tensor: tf.SymbolicTensor): string => {
    const layer = tensor.sourceLayer;
    const known = nodeByName.get(layer.name);
    if (known) return known.name;
    if (layer.inboundNodes.length !== 1) {
      throw new PerceptionError(
        'ERR_EXPORT',
        `layer ${layer.name}: expected to be called once, found ${layer.inboundNodes.length} calls`,
      );
    }
    const inbound = layer.inboundNodes[0]!.inputTensors;
    const isInput = layer.getClassName() === 'InputLayer';
    const inputs = isInput ? [] : inbound.map(visit);
    const node = describe(layer, inputs, isInput ? [] : inbound, tensor);
    nodeByName.set(layer.name, node);
    nodes.push(node);
    return node.name;
  };
  const outputs = model.outputs.map(visit);
  const input = nodes.find((node) => node.className === 'InputLayer')!;
  return { input, nodes: nodes.filter((node) => node !== input), outputs };
}

function describe(
  layer: Layer,
  inputs: string[],
  inbound: tf.SymbolicTensor[],
  output: tf.SymbolicTensor,
): LayerNode {
  return {
    name: layer.name,
    className: layer.getClassName(),
    config: layer.getConfig() as Record<string, unknown>,
    inputs,
    inputShapes: inbound.map((tensor) => shapeWithoutBatch(layer, tensor)),
    outputShape: shapeWithoutBatch(layer, output),
    weights: layer.weights.map((variable) => ({
      name: variable.name,
      shape: variable.shape as number[],
      read: () => variable.read().dataSync() as Float32Array,
      write: (values) =>
        tf.tidy(() => {
          variable.write(tf.tensor(values, variable.shape as number[]));
        }),
    })),
  };
}

function shapeWithoutBatch(layer: Layer, tensor: tf.SymbolicTensor): number[] {
  return tensor.shape.slice(1).map((size) => {
    if (typeof size === 'number') return size;
    throw new PerceptionError(
      'ERR_EXPORT',
      `layer ${layer.name}: expected fixed sizes, found ${tensor.shape}`,
    );
  });
}
