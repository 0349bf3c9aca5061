import type { CameraModel } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import type { SourceOptions } from '../capture/source-options.js';
import type { FrameSource } from '../frame/frame-source.js';
import type { Log } from '../frame/log.js';
import type { PerceptionFrame } from '../messages/gen/windshield/v1/perception_pb.js';
import type { Output } from '../outputs/output.js';
import type { Supervised } from '../supervise/supervised.js';
import type { PipelineConfig } from './pipeline-schema.js';
import type { RunReport } from './run-report.js';

export interface PipelineOptions {
  config: PipelineConfig;
  /** A recording, a video, a folder of pictures, `camera:<device>` or `gstreamer:<pipeline>`. */
  source: string;
  sourceOptions?: SourceOptions;
  /** A capture that is open already, in place of opening `source`: a simulator that draws each frame when it is asked for. */
  opened?: OpenedSource;
  /** A source of the caller's own, in place of opening `source`, which then names it. The run closes it. */
  frames?: OwnSource;
  /** `lockstep`: the next frame comes when the last is published. */
  pacing: 'realtime' | 'lockstep';
  /**
   * In `lockstep`, frames on their way at once: 1 when left out. With 2 every lane has the next frame at hand, and
   * none is overtaken; a recording of the results is not waited for.
   */
  framesInFlight?: 1 | 2;
  /** Source seconds a second in `realtime`; 1 when left out. */
  rateFactor?: number;
  /** A recording of results: what it says of each frame happens again, its drops and modes too. Needs `lockstep`. */
  repeat?: string;
  /** Outputs beside those of the pipeline file, such as one of the caller's own. The run closes them. */
  outputs?: readonly Output[];
  /** Ends the run in order: capture stops, what is on its way is published. */
  signal?: AbortSignal;
  /**
   * Called with each frame that was published: the message without its `segmentation`, and the whole of it
   * serialised. It must return soon and leave the payload as it is.
   */
  onFrame?: (frame: PerceptionFrame, payload: Uint8Array, progress: Progress) => void;
  /** Given what keeps the ring of a recording (`keepSeconds`) as it lies there, for a key or an event to call. */
  onKeep?: (keep: () => void) => void;
  /** Called once, when everything that this run publishes of its frames has left; its outputs are still open. */
  onLastFrame?: () => void;
  /** Of a rig with several cameras, which one: stands in its messages. */
  cameraName?: string;
  /** What a person should hear of in between, such as a lane that was restarted. */
  note?: (text: string) => void;
  /** Where the run writes what happened, with its cause; nowhere when left out. */
  log?: Log;
  /** A lane that is silent on a job for longer is ended and started again, milliseconds. */
  laneTimeoutMs?: number;
  /** Set where a supervisor watches this process: lanes tell it what they are at. */
  supervised?: Supervised | undefined;
}

/** A capture that somebody else opened; the run stops it at its end. */
export interface OpenedSource {
  capture: CaptureHandle;
  /** The calibration that it carries, for `calibration: recording`. */
  camera?: CameraModel;
  /** How that camera sits on the vehicle, for `mount: recording`. */
  mount?: MeasuredMount;
}

/** A source that the caller made, with the calibration of its camera for `calibration: recording`. */
export interface OwnSource {
  source: FrameSource;
  camera?: CameraModel | undefined;
}

/** Totals at one moment of a run. */
export interface Progress {
  framesPublished: number;
  framesDropped: number;
  /** Over the last second. */
  publishedRateHz: number;
}

export interface RunResult {
  report: RunReport;
  /** Why the run ended before its source did; what came before it was published. */
  error?: unknown;
  /** Lanes whose thread would not end; the process cannot end in order while they hang. */
  hungLanes: readonly string[];
}
