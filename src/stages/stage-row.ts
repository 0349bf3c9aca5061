import type { Task } from '../bundle/manifest.js';
import type { PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import type { CreateStageFusion } from './stage-fusion.js';
import type { CreateStageRunner } from './stage-runner.js';

/** One task on the rig, from pixels to its part of a frame's message. */
export interface StageRow {
  /** The stage whose answer it reads besides the frame; left out if it reads only the frame. */
  readonly reads?: Task;
  /** Order in which answers are wanted: 0 before 1. */
  readonly priority: number;
  /**
   * Whether it may run on a newer frame before the rest of an older one, if it is first in its lane.
   * docs/decisions/only-steering-passes.md says why so few do.
   */
  readonly passes: boolean;
  /** What a lane does with a frame. Loaded only in the lane's thread. */
  readonly loadRunner: () => Promise<CreateStageRunner>;
  /** How answers are fused over time and published. Loaded where frames are fused. */
  readonly loadFusion: () => Promise<CreateStageFusion>;
  /** A few words about a frame for the live line. */
  readonly summary: (frame: PerceptionFrame) => string;
}
