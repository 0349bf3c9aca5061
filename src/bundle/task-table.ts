import { checkClasses, checkNetworkClasses } from './check-classes.js';
import { type CropOutputSpec, lightsOutputSchema, signsOutputSchema } from './crop-spec.js';
import { detectionOutputs, type ExpectedOutput } from './detection-shapes.js';
import { detectionOutputSchemas } from './detection-spec.js';
import { noveltyOutputSchema } from './novelty-spec.js';
import { checkSegmentation, segmentationShape } from './segmentation-shapes.js';
import { segmentationOutputSchema } from './segmentation-spec.js';
import { steeringOutputs } from './steering-shapes.js';
import { steeringOutputSchema } from './steering-spec.js';
import { type CheckedNetwork, declareTask, type PlainTaskRow, type TaskRow } from './task-row.js';

const cropOutputs = (decode: CropOutputSpec, { batch }: CheckedNetwork): ExpectedOutput[] => [
  [decode.logits, [batch, decode.classes.length]],
];

/**
 * Every task, one row per task, in the order in which messages name them. A task that is added here is known to
 * manifests, pipeline files and the command line. One made by `declarePlainTask` needs nothing else; for any other the
 * compiler requires a row in src/stages/stage-table.ts. docs/decisions/one-row-for-a-task.md says why.
 */
export const taskTable = {
  detection: declareTask({
    decodings: detectionOutputSchemas,
    outputs: (decode, { input, outputs }) => detectionOutputs(decode, input, outputs),
    check: checkNetworkClasses,
  }),
  signs: declareTask({ decodings: [signsOutputSchema], outputs: cropOutputs, check: checkClasses }),
  lights: declareTask({
    decodings: [lightsOutputSchema],
    outputs: cropOutputs,
    check: checkClasses,
  }),
  segmentation: declareTask({
    decodings: [segmentationOutputSchema],
    outputs: (decode, { outputs }) => {
      const found = outputs.find(({ name }) => name === decode.scores)?.shape ?? [];
      return [[decode.scores, segmentationShape(decode, found)]];
    },
    check: checkSegmentation,
  }),
  steering: declareTask({
    decodings: [steeringOutputSchema],
    outputs: steeringOutputs,
  }),
  novelty: declareTask({
    decodings: [noveltyOutputSchema],
    outputs: ({ error, distance }) => [
      [error, [1, 1]],
      [distance, [1, 1]],
    ],
  }),
};

export type Task = keyof typeof taskTable;
/** Tasks that need no row in the stage table. */
export type PlainTask = {
  [Name in Task]: (typeof taskTable)[Name] extends { answer: unknown } ? Name : never;
}[Task];

/** Task names in the order of the table. */
export const tasks = Object.keys(taskTable) as [Task, ...Task[]];
export const plainTasks = tasks.filter((task): task is PlainTask => 'answer' in taskTable[task]);

/** The row of a plain task, with the type that all plain tasks share. */
export function plainTaskRow(task: PlainTask): PlainTaskRow {
  const row: TaskRow = taskTable[task];
  return row as PlainTaskRow;
}
