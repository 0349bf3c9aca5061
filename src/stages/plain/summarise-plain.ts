import type { PlainTask } from '../../bundle/task-table.js';
import type { PerceptionFrame } from '../../messages/gen/windshield/v1/perception_pb.js';

/** `weather rain 0.93, fog 0.02`; empty if the task does not run or did not answer. */
export function summarisePlain(task: PlainTask, { answers }: PerceptionFrame): string {
  const answer = answers.find((one) => one.task === task);
  if (answer === undefined) return '';
  const numbers = answer.values.map(({ name, value }) => `${name} ${value.toFixed(2)}`);
  return `${task} ${numbers.join(', ')}`;
}
