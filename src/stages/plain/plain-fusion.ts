import type { PlainAnswer } from '../../bundle/task-row.js';
import { type PlainTask, tasks } from '../../bundle/task-table.js';
import type { StageFusion } from '../stage-fusion.js';
import type { StageResult } from '../stage-result.js';

/** Publishes the numbers of a frame as they are: nothing is remembered. */
export function createPlainFusion(task: PlainTask): StageFusion {
  return {
    accept(result, answers) {
      if (result.stage !== task) return;
      // While no task is plain, the compiler knows of no such answer.
      const { answer } = result as StageResult & { answer?: PlainAnswer };
      if (answer !== undefined) answers.plain = { ...answers.plain, [task]: answer };
    },
    // Each plain stage gives the complete list, in the order of the tasks, whichever answered first.
    fields: ({ plain = {} }) => ({
      answers: tasks.flatMap((name) => {
        const answer = plain[name];
        if (answer === undefined) return [];
        return [
          {
            task: name,
            values: Object.entries(answer).map(([key, value]) => ({ name: key, value })),
          },
        ];
      }),
    }),
  };
}
