import { type PlainTask, plainTaskRow } from '../../bundle/task-table.js';
import type { FrameInput } from '../frame-input.js';
import type { StageRunner } from '../stage-runner.js';
import type { StageSetup } from '../stage-setup.js';
import { runsOnWholeFrame } from '../whole-frame-run.js';

/** Runs the network on whole frames and reads its numbers. */
export function createPlainRunner(
  task: PlainTask,
  { bundle }: StageSetup,
  makeInput: () => FrameInput,
): StageRunner {
  const { answer } = plainTaskRow(task);
  const { decode } = bundle.manifest;
  const input = makeInput();
  const { outputs } = input.session;
  return runsOnWholeFrame(input, () => ({ stage: task, answer: answer(outputs, decode) }));
}
