import type { Task } from '../../src/bundle/manifest.js';
import { planStages } from '../../src/pipeline/stage-graph.js';
import { stageTable } from '../../src/stages/stage-table.js';
import { nearestRank } from '../statistics/percentiles.js';
import type { BareLane } from './bare-lanes.js';

/** The machine's limit with these networks in these lanes. docs/benchmarks.md defines both rates. */
export interface Limit {
  /** Frames a second of the slowest lane while every lane works: no pipeline with these lanes can be faster. */
  rateHz: number;
  /** Frames a second if the same work were spread evenly over the cores without idle time. */
  sharedOutRateHz: number;
  /** CPU time per frame, all lanes together; null if the system does not report it. */
  cpuMsPerFrame: number | null;
  /** Time from a frame to its last answer if only the sessions took time: the longest chain of medians. */
  longestChainMs: number;
  longestChain: readonly Task[];
  lanes: readonly BareLane[];
}

/** The limit that one measurement of the bare lanes gives on this many cores. */
export function limitOf(lanes: readonly BareLane[], coreCount: number): Limit {
  const rateHz = Math.min(...lanes.map((lane) => lane.rateHz));
  const workMs = lanes.reduce((sum, lane) => sum + 1000 / lane.rateHz, 0);
  // Cores beyond the number of lanes have nothing to run.
  const busyCores = Math.min(coreCount, lanes.length);
  const { chain, ms } = longestChain(lanes);
  return {
    rateHz,
    sharedOutRateHz: (busyCores * 1000) / workMs,
    cpuMsPerFrame: lanes.reduce<number | null>(
      (sum, { cpuMsPerFrame }) =>
        sum === null || cpuMsPerFrame === null ? null : sum + cpuMsPerFrame,
      0,
    ),
    longestChainMs: ms,
    longestChain: chain,
    lanes,
  };
}

/** The median of several measurements, by rate. */
export function medianLimit(limits: readonly Limit[]): Limit {
  const rates = Float64Array.from(limits, (limit) => limit.rateHz).sort();
  const middle = nearestRank(rates, 0.5);
  return limits.find((limit) => limit.rateHz === middle)!;
}

/**
 * Each lane runs its stages in order; a stage that reads another lane's answer waits for it. The longest chain ends
 * with the stage that finishes last.
 */
function longestChain(lanes: readonly BareLane[]): { chain: readonly Task[]; ms: number } {
  const spentMs = new Map<string, number>(
    lanes.flatMap((lane) => Object.entries(lane.stageMs).map(([task, { p50 }]) => [task, p50])),
  );
  const done = new Map<Task, { chain: readonly Task[]; ms: number }>();
  const none = { chain: [] as readonly Task[], ms: 0 };
  const { lanes: plans } = planStages(lanes.map(({ stages }) => stages));
  const laneEnds = new Map<string, { chain: readonly Task[]; ms: number }>();
  const run = (lane: string, stage: Task, after = none) => {
    const before = laneEnds.get(lane) ?? none;
    const from = after.ms > before.ms ? after : before;
    const end = { chain: [...from.chain, stage], ms: from.ms + (spentMs.get(stage) ?? 0) };
    done.set(stage, end);
    laneEnds.set(lane, end);
  };
  for (const { name, jobs } of plans)
    for (const job of jobs)
      if (job.after === undefined) for (const stage of job.stages) run(name, stage);
  for (const { name, jobs } of plans)
    for (const job of jobs)
      if (job.after !== undefined)
        for (const stage of job.stages) run(name, stage, done.get(stageTable[stage].reads!));
  return [...done.values()].reduce((longest, end) => (end.ms > longest.ms ? end : longest), none);
}
