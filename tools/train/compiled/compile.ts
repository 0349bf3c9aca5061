import { PerceptionError } from '../../../src/frame/perception-error.js';
import { type Emission, emitLayer } from '../../layers-to-onnx/emit-layer.js';
import type { LayerGraph, LayerNode } from '../../layers-to-onnx/layer-graph.js';
import { channelsFirst, kernelPermutation } from '../../layers-to-onnx/tensor-layout.js';
import { trainableOf } from '../weight-layout.js';
import {
  convolutionGradient,
  depthwiseGradient,
  transposedConvolutionGradient,
} from './convolution-gradient.js';
import { dropByMask, dropoutGradient } from './dropout.js';
import type { GradientRule } from './gradient-rule.js';
import { normalizationGradient, normalizeByBatch } from './normalization.js';
import {
  averagePoolingGradient,
  globalAverageGradient,
  maxPoolingGradient,
  poolWithIndices,
} from './pooling-gradient.js';
import {
  activationLayerGradient,
  addGradient,
  concatenateGradient,
  croppingGradient,
  denseGradient,
  paddingGradient,
  reshapeGradient,
  upsamplingGradient,
} from './shape-gradient.js';
import { gradientName, TrainingGraph } from './training-graph.js';

/** The rule for each layer class; the compiled step cannot train other layers. */
const gradientRules: Readonly<Record<string, GradientRule>> = {
  Conv2D: convolutionGradient,
  Conv2DTranspose: transposedConvolutionGradient,
  DepthwiseConv2D: depthwiseGradient,
  BatchNormalization: normalizationGradient,
  MaxPooling2D: maxPoolingGradient,
  AveragePooling2D: averagePoolingGradient,
  GlobalAveragePooling2D: globalAverageGradient,
  Dense: denseGradient,
  Flatten: reshapeGradient,
  Reshape: reshapeGradient,
  Concatenate: concatenateGradient,
  Add: addGradient,
  Cropping2D: croppingGradient,
  ZeroPadding2D: paddingGradient,
  UpSampling2D: upsamplingGradient,
  ReLU: activationLayerGradient,
  Activation: activationLayerGradient,
  Dropout: dropoutGradient,
  SpatialDropout2D: dropoutGradient,
};

/** Layers whose forward computation differs in training. */
const trainingForward: Readonly<
  Record<string, (training: TrainingGraph, node: LayerNode, input: string) => string>
> = {
  BatchNormalization: normalizeByBatch,
  Dropout: dropByMask,
  SpatialDropout2D: dropByMask,
  MaxPooling2D: poolWithIndices,
};

export interface CompiledGraphs {
  training: TrainingGraph;
  inputName: string;
  inputShape: number[];
  /** Outputs in the model's order, with their names in the forward graph. */
  outputs: { name: string; shape: number[] }[];
  /** Whether the backward graph has the input's gradient as an output, named gradientName of the input. */
  hasInputGradient: boolean;
}

/**
 * Writes one training step of a model, forward and backward, as two ONNX graphs (reverse-mode automatic
 * differentiation over the layers). Feature maps are [batch, channels, rows, columns]. No gradient is computed for the
 * weights of `frozen` layers, nor for anything before the first layer that learns.
 * Throws ERR_TRAINING for a layer without a rule.
 */
export function compileTraining(
  layerGraph: LayerGraph,
  batch: number,
  frozen: ReadonlySet<string> = new Set(),
  hasInputGradient = false,
): CompiledGraphs {
  const training = new TrainingGraph(batch);
  const inputShape = [batch, ...channelsFirst(layerGraph.input.outputShape)];
  const inputName = training.share('input', inputShape);
  const valueByLayer = new Map([[layerGraph.input.name, inputName]]);
  // Values that have a gradient; the input if it was requested.
  const isLearning = new Set<string>(hasInputGradient ? [layerGraph.input.name] : []);
  const emission: Emission = {
    graph: training.forward,
    weight: (node, position) => turned(training, node, position),
  };
  for (const node of layerGraph.nodes) {
    if (!gradientRules[node.className]) {
      const known = Object.keys(gradientRules).join(', ');
      throw new PerceptionError(
        'ERR_TRAINING',
        `layer ${node.name}: expected one of ${known}, found ${node.className}`,
      );
    }
    const trainable = trainableOf(node);
    const isFrozen = frozen.has(node.name);
    for (const { name, shape } of trainable) training.parameter(name, shape, isFrozen);
    const inputs = node.inputs.map((name) => valueByLayer.get(name)!);
    const special = trainingForward[node.className];
    const computed = special
      ? special(training, node, inputs[0]!)
      : emitLayer(emission, node, inputs);
    // Gradients are kept by value: a layer that passes its input on must not share its name.
    const value = inputs.includes(computed)
      ? training.forward.node('Identity', [computed])
      : computed;
    valueByLayer.set(node.name, value);
    if ((trainable.length > 0 && !isFrozen) || node.inputs.some((name) => isLearning.has(name)))
      isLearning.add(node.name);
  }
  const shapeOf = new Map(layerGraph.nodes.map((node) => [node.name, node.outputShape]));
  const outputs = layerGraph.outputs.map((name) => {
    const shape = [batch, ...channelsFirst(shapeOf.get(name)!)];
    const value = valueByLayer.get(name)!;
    training.save(value, shape);
    training.backward.input(gradientName(value), shape);
    training.addGradient(value, gradientName(value));
    return { name: value, shape };
  });
  for (const node of [...layerGraph.nodes].reverse()) {
    const value = valueByLayer.get(node.name)!;
    const gradient = training.gradientOf(value);
    if (gradient === undefined || !isLearning.has(node.name)) continue;
    const inputs = node.inputs.map((name) => ({
      name: valueByLayer.get(name)!,
      needsGradient: isLearning.has(name),
    }));
    gradientRules[node.className]!(training, node, inputs, value, gradient);
  }
  if (hasInputGradient) {
    const name = gradientName(inputName);
    training.backward.node('Identity', [training.gradientOf(inputName)!], {}, name);
    training.backward.output(name, inputShape);
  }
  return { training, inputName, inputShape, outputs, hasInputGradient };
}

/** Weights stay in tf.layers' axis order; kernels are transposed inside the graph, which costs almost nothing. */
function turned(training: TrainingGraph, node: LayerNode, position: number): string {
  const { name } = node.weights[position]!;
  const perm = position === 0 ? kernelPermutation[node.className] : undefined;
  return perm ? training.forward.node('Transpose', [name], { perm }) : name;
}
