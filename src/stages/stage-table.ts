import { type Task, tasks } from '../bundle/manifest.js';
import { summariseDetections } from './detection/summarise-detections.js';
import { summariseLights } from './lights/summarise-lights.js';
import { summariseSegmentation } from './segmentation/summarise-segmentation.js';
import { summariseSigns } from './signs/summarise-signs.js';
import type { StageRow } from './stage-row.js';
import { summariseSteering } from './steering/summarise-steering.js';

/**
 * Every stage, one row per task. The pipeline, the doctor, evaluation and the command line read it; none of them
 * knows a task by name. A task that is added to `tasks` without a row here does not compile.
 */
export const stageTable: Readonly<Record<Task, StageRow>> = {
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
};

/** The answer that is wanted first comes first. */
export const stagesByPriority: readonly Task[] = tasks.toSorted(
  (a, b) => stageTable[a].priority - stageTable[b].priority,
);

/** Stages that read this stage's answer. */
export function readersOf(stage: Task): readonly Task[] {
  return tasks.filter((task) => stageTable[task].reads === stage);
}
