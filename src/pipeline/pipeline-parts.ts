import type { Task } from '../bundle/manifest.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import type { OutputSet } from '../outputs/output-set.js';
import type { FrameFuser } from './frame-fuser.js';
import type { FramePlanner } from './frame-plan.js';
import type { RunLane } from './lane.js';
import type { PlacedStage } from './lane-crew.js';
import type { PlannedLanes } from './lane-plan.js';
import type { LaneRelay } from './lane-relay.js';
import type { PipelineOptions } from './pipeline-options.js';
import type { StageGraph } from './stage-graph.js';

/** Everything that a run is made of, open and ready. */
export interface PipelineParts {
  options: PipelineOptions;
  graph: StageGraph;
  planned: PlannedLanes;
  capture: CaptureHandle;
  lanes: readonly RunLane[];
  relays: readonly LaneRelay[];
  fuser: FrameFuser;
  outputs: OutputSet;
  /** Plans each frame of a repeated run, instead of the current mode. */
  repeated: FramePlanner | undefined;
  stages: ReadonlyMap<Task, PlacedStage>;
  calibrationSha256: string;
  /** Wall time minus monotonic time, nanoseconds. */
  wallOffsetNs: bigint;
}
