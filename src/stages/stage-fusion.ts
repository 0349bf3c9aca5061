import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Manifest, Task } from '../bundle/manifest.js';
import type { PlainAnswer } from '../bundle/task-row.js';
import type {
  PerceptionFrameSchema,
  SteeringUpdateSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import type {
  Detection,
  NoveltyResult,
  SegmentationResult,
  SteeringResult,
} from '../perception/results.js';
import type { LightReading } from '../perception/tracking/light-memory.js';
import type { FusedSign } from './signs/fused-sign.js';
import type { StageResult } from './stage-result.js';
import type { StandingCamera } from './standing-camera.js';

/** The answers of one frame, fused with what is known from earlier frames; absent without an answer. */
export interface FusedAnswers {
  detection?: {
    /** With their tracks. */
    detections: readonly Detection[];
    /** Seconds since the previous frame that the detector answered for. */
    dtS: number;
    /** Tracks alive on this frame, including those not seen on it. */
    liveTrackIds: ReadonlySet<number>;
  };
  signs?: readonly FusedSign[];
  lights?: readonly LightReading[];
  segmentation?: SegmentationResult;
  steering?: SteeringResult;
  novelty?: NoveltyResult;
  /** Of the tasks that answer a few numbers. */
  plain?: { readonly [Name in Task]?: PlainAnswer };
}

/** The fields that every message about a frame begins with. */
export type UpdateHeader = Omit<
  MessageInitShape<typeof SteeringUpdateSchema>,
  'steering' | '$typeName'
>;

/**
 * One stage's memory from frame to frame, and its part of the message. Answers must come in frame order.
 *
 * A frame that was dropped, or that the stage did not see, leaves no answer, but its time passes. Time is the source's
 * own, so that a replay at any pace remembers the same.
 */
export interface StageFusion {
  /**
   * Takes an answer that will be published, and adds the fused answer to `answers`, which holds the frame's other answers
   * so far. `dtS`: seconds of the source's time since this stage's last answer.
   */
  accept(result: StageResult, answers: FusedAnswers, dtS: number): void;
  /** Returns the part of an answer that this stage must read again. */
  narrow?(input: StageResult, answers: FusedAnswers): StageResult;
  /** Returns the stage's fields of the frame's message. */
  fields(answers: FusedAnswers): MessageInitShape<typeof PerceptionFrameSchema>;
  /** Codes that hold on this frame, whether or not the stage saw it: the same array until they change. */
  health?(answers: FusedAnswers): readonly string[];
  /** Returns `payload` with the stage's serialised field appended, for fields that the general encoder is too slow for. */
  append?(payload: Uint8Array, answers: FusedAnswers): Uint8Array;
  /** A message that is sent at once, without waiting for the rest of the frame; undefined without an answer. */
  update?(
    answers: FusedAnswers,
    header: UpdateHeader,
  ): { topic: string; payload: Uint8Array } | undefined;
}

/** The pipeline file's settings for fusing answers. */
export interface FusionSettings {
  readonly novelty?: Readonly<NoveltySettings> | undefined;
  readonly steeringCheck?: SteeringCheckSettings | undefined;
  /** What distances are measured on; `plane` when left out. */
  readonly ground?: Ground | undefined;
}

/** The plane through the mount, or the road as each frame shows it. */
export const grounds = ['plane', 'road'] as const;
export type Ground = (typeof grounds)[number];

/** Settings for comparing the steering with the class map. */
export interface SteeringCheckSettings {
  readonly speedMps: number;
  readonly aheadS: number;
  readonly laneWidthM: number;
  readonly drivesOn: 'right' | 'left';
  readonly thresholdM: number;
}

/** Each replaces the bundle's own value. */
export interface NoveltySettings {
  threshold?: number | undefined;
  beginS?: number | undefined;
  endS?: number | undefined;
}

/** `manifests`: of every stage that runs. `standing`: the camera and its mount, if both are known. */
export type CreateStageFusion = (
  manifests: ReadonlyMap<Task, Manifest>,
  standing?: StandingCamera,
  settings?: FusionSettings,
) => StageFusion;
