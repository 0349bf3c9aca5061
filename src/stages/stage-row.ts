import type { Task } from '../bundle/manifest.js';
import type { PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import type { CreateStageFusion } from './stage-fusion.js';
import type { CreateStageRunner } from './stage-runner.js';

/** One task on the rig, from pixels to its part of a frame's message. */
export interface StageRow {
  /** The stage whose answer it reads beside the frame; left out: the frame alone. */
  readonly reads?: Task;
  /** Which answer is wanted first: 0 before 1. */
  readonly priority: number;
  /**
   * A newer frame may have it run before the rest of an older one, where it stands first in its lane.
   * docs/decisions/only-steering-passes.md says why so few do.
   */
  readonly passes: boolean;
  /** What a lane does with a frame. Loaded in the lane's thread alone. */
  readonly loadRunner: () => Promise<CreateStageRunner>;
  /** How answers are fused over time and told. Loaded where frames are fused. */
  readonly loadFusion: () => Promise<CreateStageFusion>;
  /** What the live line shows of a frame, a few words. */
  readonly summary: (frame: PerceptionFrame) => string;
}
