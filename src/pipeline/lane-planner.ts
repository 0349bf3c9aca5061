import { type Task, tasks } from '../bundle/manifest.js';
import { stageTable } from '../stages/stage-table.js';

/** How long one run of each stage takes, milliseconds. */
export type StageTimesMs = Readonly<Partial<Record<Task, number>>>;

/** Share by which the busiest lane must get shorter for signs to leave the lane of detection. */
const leastGain = 0.1;

/** Stages that are placed as one, and how long they take together. */
interface Load {
  stages: readonly Task[];
  ms: number;
}

/**
 * Distributes the stages over at most `laneCount` lanes to keep the busiest one short: the longest stage first, each to
 * the lane with the least to do (LPT: Graham 1969). Signs stay with the detection whose boxes they read, which saves a
 * trip between threads, unless apart the busiest lane is a tenth shorter. The same times always give the same lanes.
 * Stages within a lane are in order of priority, and so are the lanes.
 */
export function planLanes(stageMs: StageTimesMs, laneCount: number): Task[][] {
  const stages = tasks.filter((task) => stageMs[task] !== undefined);
  const together: Load[] = [];
  for (const stage of stages) {
    const input = stageTable[stage].reads;
    if (input !== undefined && stages.includes(input)) continue;
    const group = stages.filter((other) => other === stage || stageTable[other].reads === stage);
    together.push({ stages: group, ms: sumMs(group, stageMs) });
  }
  const joined = shareOut(together, laneCount);
  const apart = shareOut(
    stages.map((stage) => ({ stages: [stage], ms: stageMs[stage]! })),
    laneCount,
  );
  const isWorth = busiestMs(apart, stageMs) <= busiestMs(joined, stageMs) * (1 - leastGain);
  return isWorth ? apart : joined;
}

/** How long the busiest lane takes for one frame, milliseconds. */
export function busiestMs(lanes: readonly (readonly Task[])[], stageMs: StageTimesMs): number {
  return Math.max(...lanes.map((lane) => sumMs(lane, stageMs)));
}

export function sumMs(stages: readonly Task[], stageMs: StageTimesMs): number {
  return stages.reduce((sum, stage) => sum + (stageMs[stage] ?? 0), 0);
}

function shareOut(loads: readonly Load[], laneCount: number): Task[][] {
  const lanes = Array.from({ length: laneCount }, () => ({ stages: [] as Task[], ms: 0 }));
  const longestFirst = loads.toSorted((a, b) => b.ms - a.ms || rank(a.stages) - rank(b.stages));
  for (const { stages, ms } of longestFirst) {
    const emptiest = lanes.reduce((least, lane) => (lane.ms < least.ms ? lane : least));
    emptiest.stages.push(...stages);
    emptiest.ms += ms;
  }
  return lanes
    .map(({ stages }) => stages.toSorted((a, b) => rank([a]) - rank([b])))
    .filter((stages) => stages.length > 0)
    .sort((a, b) => rank(a) - rank(b));
}

/** Priority of the most urgent stage. */
const rank = (stages: readonly Task[]) =>
  Math.min(...stages.map((stage) => stageTable[stage].priority));
