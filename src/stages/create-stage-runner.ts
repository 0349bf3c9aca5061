import type { Task } from '../bundle/manifest.js';
import { type FrameInput, hostInput } from './frame-input.js';
import type { CreateStageRunner, StageRunner } from './stage-runner.js';
import type { StageSetup } from './stage-setup.js';
import { stageTable } from './stage-table.js';

/**
 * Loads a task's code and returns a function that builds its stage. Without an `input`, the stage preprocesses in this
 * thread, through a remap table.
 */
export async function loadStageRunner(
  task: Task,
): Promise<(setup: StageSetup, input?: FrameInput) => StageRunner> {
  const create: CreateStageRunner = await stageTable[task].loadRunner();
  return (setup, input) => create(setup, () => input ?? hostInput(setup));
}
