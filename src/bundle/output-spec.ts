import { z } from 'zod';
import type { CropOutputSpec } from './crop-spec.js';
import type { DetectionOutputSpec } from './detection-spec.js';
import { type Task, tasks, taskTable } from './task-table.js';

type DecodingSchema = (typeof taskTable)[Task]['decodings'][number];

const decodings = tasks.flatMap((task): DecodingSchema[] => [...taskTable[task].decodings]);
const taskOfKind = new Map<string, Task>(
  tasks.flatMap((task) =>
    taskTable[task].decodings.map(({ shape }) => [shape.kind.value, task] as const),
  ),
);

/** How a network's outputs are decoded: the decodings of every task, told apart by `kind`. */
export const outputSpecSchema = z.discriminatedUnion(
  'kind',
  decodings as [DecodingSchema, ...DecodingSchema[]],
);

export type { CropOutputSpec, SignsOutputSpec } from './crop-spec.js';
export type {
  DetectionOutputSpec,
  FeatureMapSpec,
  SsdOutputSpec,
} from './detection-spec.js';
export type { NoveltyOutputSpec } from './novelty-spec.js';
export type { SegmentationOutputSpec } from './segmentation-spec.js';
export type { SteeringOutputSpec } from './steering-spec.js';
export type OutputSpec = z.infer<DecodingSchema>;

/** The task that a decoding belongs to. */
export function taskOfDecoding({ kind }: OutputSpec): Task {
  return taskOfKind.get(kind)!;
}

/** Whether a network classifies crops of the detector's boxes, one batch at a time. */
export function readsCrops(decode: OutputSpec): decode is CropOutputSpec {
  return decode.kind === 'signs' || decode.kind === 'lights';
}

export function isDetection(decode: OutputSpec): decode is DetectionOutputSpec {
  return taskOfDecoding(decode) === 'detection';
}
