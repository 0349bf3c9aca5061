import type { LayerGraph } from '../../layers-to-onnx/layer-graph.js';
import type { ParameterView } from '../training-step.js';
import { compileTraining } from './compile.js';
import type { MaskSlot, ParameterSlot, SavedValue, StatisticsSlot } from './training-graph.js';

/** A compiled training step: both graphs and their inputs. Plain data, so that it can be sent to a thread. */
export interface StepPlan {
  batch: number;
  forwardGraph: Uint8Array;
  backwardGraph: Uint8Array;
  inputName: string;
  inputShape: number[];
  hasInputGradient: boolean;
  outputs: { name: string; shape: number[] }[];
  parameters: ParameterSlot[];
  statistics: StatisticsSlot[];
  masks: MaskSlot[];
  saved: SavedValue[];
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** Throws ERR_TRAINING as compileTraining does. */
export function planStep(
  layerGraph: LayerGraph,
  batch: number,
  frozen: ReadonlySet<string>,
  wantsInputGradient = false,
): StepPlan {
  const { training, inputName, inputShape, outputs, hasInputGradient } = compileTraining(
    layerGraph,
    batch,
    frozen,
    wantsInputGradient,
  );
  return {
    batch,
    forwardGraph: training.forward.toBytes(),
    backwardGraph: training.backward.toBytes(),
    inputName,
    inputShape,
    hasInputGradient,
    outputs,
    parameters: training.parameters,
    statistics: training.statistics,
    masks: training.masks,
    saved: [...training.saved.values()],
  };
}

/** Where each weight is in the flat arrays. */
export function viewsOf({ parameters }: StepPlan): ParameterView[] {
  let offset = 0;
  return parameters.map(({ name, shape }) => {
    const length = sizeOf(shape);
    offset += length;
    return { name, shape, offset: offset - length, length };
  });
}

/** Number of running statistics. */
export const statisticsCount = ({ statistics }: StepPlan): number =>
  statistics.reduce((sum, { channels }) => sum + channels, 0);

/** Number of weights. */
export const parameterCount = ({ parameters }: StepPlan): number =>
  parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
