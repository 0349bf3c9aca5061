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
  /** An open capture, used instead of opening `source`: a simulator that draws each frame on request. */
  opened?: OpenedSource;
  /** The caller's own source, used instead of opening `source`, which then only names it. The run closes it. */
  frames?: OwnSource;
  /** `lockstep`: the next frame comes when the last is published. */
  pacing: 'realtime' | 'lockstep';
  /**
   * In `lockstep`, frames in flight at once; 1 when left out. With 2, every lane has its next frame waiting, none is
   * overtaken, and a recording of the results is not waited for.
   */
  framesInFlight?: 1 | 2;
  /** Source seconds per second of real time in `realtime`; 1 when left out. */
  rateFactor?: number;
  /** A recording of results to repeat, frame by frame, with its drops and modes. Needs `lockstep`. */
  repeat?: string;
  /** Outputs besides those of the pipeline file, such as one of the caller's own. The run closes them. */
  outputs?: readonly Output[];
  /** Ends the run cleanly: capture stops, frames in flight are published. */
  signal?: AbortSignal;
  /**
   * Called with each published frame: the message without its `segmentation`, and the complete message serialised. It
   * must return soon and must not change the payload.
   */
  onFrame?: (frame: PerceptionFrame, payload: Uint8Array, progress: Progress) => void;
  /** Called with a function that keeps the recording's current ring (`keepSeconds`), for a key or an event to call. */
  onKeep?: (keep: () => void) => void;
  /** Called once, when the last result has been published; the outputs are still open. */
  onLastFrame?: () => void;
  /** Name of the camera in a rig with several; part of its messages. */
  cameraName?: string;
  /** Called with notes for people during the run, such as a restarted lane. */
  note?: (text: string) => void;
  /** Log of what happened and why; none when left out. */
  log?: Log;
  /** A lane that is silent on a job for longer fails with ERR_LANE and ends the run, milliseconds. */
  laneTimeoutMs?: number;
  /** Set if a supervisor watches this process: lanes tell it what they are doing. */
  supervised?: Supervised | undefined;
}

/** A capture that the caller opened; the run stops it at its end. */
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
  /** Why the run ended before its source did; earlier frames were published. */
  error?: unknown;
  /** Lanes whose thread did not end; the process cannot exit cleanly while they hang. */
  hungLanes: readonly string[];
}
