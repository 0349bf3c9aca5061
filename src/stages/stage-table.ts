import { type PlainTask, plainTasks, type Task, tasks } from '../bundle/task-table.js';
import { summariseDetections } from './detection/summarise-detections.js';
import { summariseLights } from './lights/summarise-lights.js';
import { summariseNovelty } from './novelty/summarise-novelty.js';
import { summarisePlain } from './plain/summarise-plain.js';
import { summariseSegmentation } from './segmentation/summarise-segmentation.js';
import { summariseSigns } from './signs/summarise-signs.js';
import type { StageRow } from './stage-row.js';
import { summariseSteering } from './steering/summarise-steering.js';

/** Stages with their own code. A task without a row here does not compile, unless its row says that it is plain. */
const ownStages: Readonly<Record<Exclude<Task, PlainTask>, StageRow>> = {
  detection: {
    priority: 1,
    passes: false,
    loadRunner: async () => (await import('./detection/detection-runner.js')).createDetectionRunner,
    loadFusion: async () => (await import('./detection/detection-fusion.js')).createDetectionFusion,
    summary: summariseDetections,
  },
  signs: {
    reads: 'detection',
    priority: 2,
    passes: false,
    loadRunner: async () => (await import('./signs/crop-runner.js')).createCropRunner,
    loadFusion: async () => (await import('./signs/signs-fusion.js')).createSignsFusion,
    summary: summariseSigns,
  },
  lights: {
    reads: 'detection',
    priority: 2,
    passes: false,
    loadRunner: async () => (await import('./signs/crop-runner.js')).createCropRunner,
    loadFusion: async () => (await import('./lights/lights-fusion.js')).createLightsFusion,
    summary: summariseLights,
  },
  segmentation: {
    priority: 3,
    passes: false,
    loadRunner: async () =>
      (await import('./segmentation/segmentation-runner.js')).createSegmentationRunner,
    loadFusion: async () =>
      (await import('./segmentation/segmentation-fusion.js')).createSegmentationFusion,
    summary: summariseSegmentation,
  },
  steering: {
    priority: 0,
    passes: true,
    loadRunner: async () => (await import('./steering/steering-runner.js')).createSteeringRunner,
    loadFusion: async () => (await import('./steering/steering-fusion.js')).createSteeringFusion,
    summary: summariseSteering,
  },
  novelty: {
    priority: 4,
    passes: false,
    loadRunner: async () => (await import('./novelty/novelty-runner.js')).createNoveltyRunner,
    loadFusion: async () => (await import('./novelty/novelty-fusion.js')).createNoveltyFusion,
    summary: summariseNovelty,
  },
};

/** The stage of a task that answers a few numbers per frame. */
const plainStage = (task: PlainTask): StageRow => ({
  priority: 5,
  passes: false,
  loadRunner: async () => {
    const { createPlainRunner } = await import('./plain/plain-runner.js');
    return (setup, input) => createPlainRunner(task, setup, input);
  },
  loadFusion: async () => {
    const { createPlainFusion } = await import('./plain/plain-fusion.js');
    return () => createPlainFusion(task);
  },
  summary: (frame) => summarisePlain(task, frame),
});

/**
 * Every stage, one row per task. The pipeline, the doctor, evaluation and the command line read it; none of them
 * knows a task by name.
 */
export const stageTable: Readonly<Record<Task, StageRow>> = {
  ...ownStages,
  ...(Object.fromEntries(plainTasks.map((task) => [task, plainStage(task)])) as Record<
    PlainTask,
    StageRow
  >),
};

/** Stages in the order in which their answers are wanted. */
export const stagesByPriority: readonly Task[] = tasks.toSorted(
  (a, b) => stageTable[a].priority - stageTable[b].priority,
);

/** Stages that read this stage's answer. */
export function readersOf(stage: Task): readonly Task[] {
  return tasks.filter((task) => stageTable[task].reads === stage);
}
