import { type Task, tasks } from '../bundle/manifest.js';
import { stageTable } from '../stages/stage-table.js';

/** Stages that a lane runs on one frame, one after the other. */
export interface LaneJobPlan {
  /** In order of priority. */
  stages: readonly Task[];
  /** The job starts only when this stage of another lane has answered. */
  after?: Task;
}

export interface LanePlan {
  /** For people and for timing: its stages joined by `+`. */
  name: string;
  jobs: readonly LaneJobPlan[];
}

export interface StageGraph {
  lanes: readonly LanePlan[];
  /** Every stage that runs, in the fixed order of the tasks, so that results always have the same order. */
  stages: readonly Task[];
}

/**
 * Plans what each lane runs. A stage that reads another's answer follows it in the same lane; if the two are in different
 * lanes, it becomes a separate job, which the conductor starts when the answer is there.
 */
export function planStages(lanes: readonly (readonly Task[])[]): StageGraph {
  const placed = new Set(lanes.flat());
  return {
    lanes: lanes.map((stages) => ({ name: stages.join('+'), jobs: planJobs(stages) })),
    stages: tasks.filter((task) => placed.has(task)),
  };
}

function planJobs(stages: readonly Task[]): LaneJobPlan[] {
  const withFrame: Task[] = [];
  const waiting: LaneJobPlan[] = [];
  for (const stage of stages) {
    const input = stageTable[stage].reads;
    if (input === undefined) withFrame.push(stage);
    else if (!stages.includes(input)) waiting.push({ stages: [stage], after: input });
  }
  // Each stage follows the one that it reads, wherever the file put it.
  for (const stage of stages) {
    const input = stageTable[stage].reads;
    if (input !== undefined && stages.includes(input))
      withFrame.splice(withFrame.indexOf(input) + 1, 0, stage);
  }
  return withFrame.length === 0 ? waiting : [{ stages: withFrame }, ...waiting];
}
