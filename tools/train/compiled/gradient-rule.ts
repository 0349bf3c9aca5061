import type { LayerNode } from '../../layers-to-onnx/layer-graph.js';
import type { TrainingGraph } from './training-graph.js';

/** A value that a layer took. */
export interface RuleInput {
  /** Name in the forward graph. */
  name: string;
  /** False where no trainable weight stands before it: its gradient is not computed. */
  needsGradient: boolean;
}

/**
 * Adds to the backward graph what one layer passes on: the gradients of its weights
 * (`training.parameterGradient`) and of its inputs (`training.addGradient`).
 */
export type GradientRule = (
  training: TrainingGraph,
  node: LayerNode,
  inputs: RuleInput[],
  output: string,
  gradient: string,
) => void;
