import type { PerceptionFrame } from '../src/messages/gen/windshield/v1/perception_pb.js';
import type { Progress } from '../src/pipeline/pipeline-options.js';
import { stagesByPriority, stageTable } from '../src/stages/stage-table.js';

/** One line about the pipeline's current results; parts of varying length come last, where a narrow window cuts them. */
export function formatLiveLine(frame: PerceptionFrame, progress: Progress): string {
  const [first = '', ...others] = stagesByPriority.map((task) => stageTable[task].summary(frame));
  return [
    ...(frame.camera === '' ? [] : [frame.camera.padEnd(8)]),
    `frame ${String(frame.frameId).padStart(5)}`,
    `${progress.publishedRateHz.toFixed(1).padStart(5)} fps`,
    first,
    `drops ${progress.framesDropped}`,
    ...(frame.mode === '' ? [] : [`mode ${frame.mode}`]),
    ...frame.health,
    ...others.filter((text) => text !== ''),
  ].join('  ');
}
