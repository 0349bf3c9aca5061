import type { Task } from '../bundle/manifest.js';
import { Lane } from './lane.js';
import type { LoadedStage } from './lane-messages.js';
import type { PlannedLanes } from './lane-plan.js';
import { LaneRelay } from './lane-relay.js';
import type { PipelineOptions } from './pipeline-options.js';
import { planStages, type StageGraph } from './stage-graph.js';

/** A stage as it was loaded, and the lane that it rides in. */
export type PlacedStage = LoadedStage & { lane: string };

/** The lanes of one run, loading from the moment they are made. */
export class LaneCrew {
  readonly graph: StageGraph;
  readonly relays: readonly LaneRelay[];
  readonly lanes: readonly Lane[];
  /** By task in the fixed order of the graph, whichever lane was ready first. Rejects with the first lane's fault. */
  readonly stages: Promise<ReadonlyMap<Task, PlacedStage>>;

  constructor(
    { config, laneTimeoutMs, supervised }: PipelineOptions,
    readonly planned: PlannedLanes,
  ) {
    const { bundles, providers, preprocess, allowUncertified } = config;
    this.graph = planStages(planned.lanes);
    this.relays = this.graph.lanes.map(() => new LaneRelay());
    this.lanes = this.graph.lanes.map(({ name }, index) => {
      const stages = planned.lanes[index]!.map((task) => ({ task, bundleDir: bundles[task]! }));
      const blackBox = supervised && { fd: supervised.blackBoxFd, laneIndex: index };
      const watched = { blackBox, drills: supervised?.drills };
      const data = { stages, providers, preprocess, allowUncertified, ...watched };
      const timeout = laneTimeoutMs === undefined ? {} : { timeoutMs: laneTimeoutMs };
      return new Lane({ name, data, ...timeout }, this.relays[index]!);
    });
    this.stages = this.#load();
    // Whoever opens the pipeline awaits it; one that fails elsewhere first does not.
    this.stages.catch(() => {});
  }

  async #load(): Promise<ReadonlyMap<Task, PlacedStage>> {
    const loaded = await Promise.all(
      this.lanes.map(async (lane) =>
        (await lane.loaded).map((stage) => ({ ...stage, lane: lane.name })),
      ),
    );
    const stages = loaded.flat();
    return new Map(
      this.graph.stages.map((task) => [
        task,
        stages.find(({ manifest }) => manifest.task === task)!,
      ]),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }
}
