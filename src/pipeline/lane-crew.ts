import { type Task, tasks } from '../bundle/manifest.js';
import { LaneShare } from './cameras/lane-share.js';
import { Lane, type RunLane } from './lane.js';
import type { LaneCamera, LoadedStage } from './lane-messages.js';
import type { PlannedLanes } from './lane-plan.js';
import { LaneRelay } from './lane-relay.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { PipelineConfig } from './pipeline-schema.js';
import { planStages, type StageGraph } from './stage-graph.js';

/** A loaded stage and its lane. */
export type PlacedStage = LoadedStage & { lane: string };

/** What one camera's run needs of the crew. */
export interface CameraCrew {
  readonly graph: StageGraph;
  readonly lanes: readonly RunLane[];
  readonly relays: readonly LaneRelay[];
}

/** One network of a lane. */
interface LaneNetwork {
  task: Task;
  bundleDir: string;
}

/** The lanes of one run, or of a rig whose cameras share them; they load from construction on. */
export class LaneCrew {
  readonly lanes: readonly Lane[];
  readonly relays: readonly LaneRelay[];
  readonly #cameras: readonly PipelineConfig[];
  readonly #networks: readonly (readonly LaneNetwork[])[];
  readonly #loaded: Promise<readonly PlacedStage[][]>;

  /** `cameras`: the pipeline file's settings for each camera; their bundles may differ. */
  constructor(
    { config, laneTimeoutMs, supervised }: PipelineOptions,
    readonly planned: PlannedLanes,
    cameras: readonly PipelineConfig[] = [config],
  ) {
    const { providers, preprocess, allowUncertified } = config;
    this.#cameras = cameras;
    const plans = planStages(planned.lanes).lanes;
    this.#networks = planned.lanes.map((stages) => networksOf(stages, cameras));
    this.relays = plans.map(() => new LaneRelay());
    this.lanes = plans.map(({ name }, index) => {
      const blackBox = supervised && { fd: supervised.blackBoxFd, laneIndex: index };
      const watched = { blackBox, drills: supervised?.drills };
      const stages = this.#networks[index]!;
      const data = { stages, providers, preprocess, allowUncertified, ...watched };
      const timeout = laneTimeoutMs === undefined ? {} : { timeoutMs: laneTimeoutMs };
      return new Lane({ name, data, ...timeout }, this.relays[index]!);
    });
    this.#loaded = Promise.all(
      this.lanes.map(async (lane) =>
        (await lane.loaded).map((stage) => ({ ...stage, lane: lane.name })),
      ),
    );
    // Opening the pipeline awaits this, unless it fails elsewhere first.
    this.#loaded.catch(() => {});
  }

  /**
   * Resolves, for each camera, with the stages that run on it, by task in the fixed order of the tasks, whichever lane
   * was ready first. Rejects with the error of the first lane that fails.
   */
  async stages(): Promise<readonly ReadonlyMap<Task, PlacedStage>[]> {
    const loaded = await this.#loaded;
    return this.#cameras.map(({ bundles }) => {
      const own = this.#networks.flatMap((networks, lane) =>
        networks.flatMap(({ task, bundleDir }, index) =>
          bundles[task] === bundleDir ? [loaded[lane]![index]!] : [],
        ),
      );
      return new Map(
        tasks.flatMap((task) => {
          const stage = own.find(({ manifest }) => manifest.task === task);
          return stage === undefined ? [] : [[task, stage] as const];
        }),
      );
    });
  }

  /** Tells the lanes what frames look like; resolves when all take jobs. */
  async prepare(cameras: readonly Omit<LaneCamera, 'bundleDirs'>[]): Promise<void> {
    const isShared = this.#cameras.length > 1;
    for (const lane of this.lanes)
      lane.prepare({
        cameras: cameras.map((camera, index) => ({
          ...camera,
          ...(isShared && { bundleDirs: dirsOf(this.#cameras[index]!) }),
        })),
      });
    await Promise.all(this.relays.map((relay) => relay.firstReady));
  }

  /** Returns the lanes for each camera's run, once they are ready. Call it once. */
  seats(): readonly CameraCrew[] {
    const graphs = this.#cameras.map(({ bundles }) =>
      planStages(this.planned.lanes.map((lane) => lane.filter((task) => bundles[task]))),
    );
    if (graphs.length === 1) return [{ graph: graphs[0]!, lanes: this.lanes, relays: this.relays }];
    const shares = this.lanes.map((lane, index) => {
      const share = new LaneShare(lane, graphs.length);
      this.relays[index]!.listener = share;
      if (this.relays[index]!.isReady) share.ready();
      return share;
    });
    return graphs.map((graph, camera) => {
      const seats = shares.map((share) => share.seats[camera]!);
      return {
        graph,
        lanes: seats.map(({ lane }) => lane),
        relays: seats.map((seat) => seat.relay),
      };
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }
}

const dirsOf = ({ bundles }: PipelineConfig) => Object.values(bundles).flatMap((dir) => dir ?? []);

/** Each bundle that a camera runs in this lane, once, in the lane's order of priority. */
function networksOf(stages: readonly Task[], cameras: readonly PipelineConfig[]): LaneNetwork[] {
  return stages.flatMap((task) => {
    const dirs = new Set(cameras.flatMap(({ bundles }) => bundles[task] ?? []));
    return [...dirs].map((bundleDir) => ({ task, bundleDir }));
  });
}
