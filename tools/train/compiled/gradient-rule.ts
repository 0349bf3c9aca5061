import type { LayerNode } from '../../layers-to-onnx/layer-graph.js';
import type { TrainingGraph } from './training-graph.js';

/** A value that a layer takes as input. */
export interface RuleInput {
  /** Name in the forward graph. */
  name: string;
  /** False if no trainable weight precedes it: its gradient is not computed. */
  needsGradient: boolean;
}

/**
 * Adds one layer's gradients to the backward graph: those of its weights
 * (`training.parameterGradient`) and of its inputs (`training.addGradient`).
 */
export type GradientRule = (
  training: TrainingGraph,
  node: LayerNode,
  inputs: RuleInput[],
  output: string,
  gradient: string,
) => void;
