import type { CameraModel } from '../calibration/camera-model.js';
import type { CameraMount } from '../calibration/ground.js';
import type { SlotHeader } from '../frame/frame-ring.js';
import type { SourceInfo, TimeSource } from '../frame/frame-source.js';
import { type ErrorCode, hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import type { PictureHealthConfig } from './picture-health/picture-health-schema.js';
import type { SourceOptions } from './source-options.js';

/**
 * When frames are handed out. `realtime`: at the source's own times, measured from the first frame, so that
 * nothing drifts; a frame that finds no free slot is dropped and counted. `lockstep`: one for each request.
 * `asap`: as soon as a slot is free. A live source is never held back.
 */
export type Pacing = 'realtime' | 'lockstep' | 'asap';

/** Frames of a source so far: `delivered` plus all `drops` is every frame that it had. */
export interface CaptureCounts {
  delivered: number;
  /** By reason: `ring_full` at capture, and the source's own (`size`, `undecodable`, `truncated`, ...). */
  drops: Record<string, number>;
}

/** Facts about a frame besides its slot's header. */
export interface FrameAbout {
  timeSource: TimeSource;
  /** How often the source was lost before this frame. */
  segment: number;
  /** Stamps of the source so far that did not advance and were repaired. */
  repairedStamps: number;
  /** Codes of what is wrong with the picture now. */
  pictureHealth: readonly string[];
  /** The driver's steering in a recorded drive: angle at the wheels, radians, positive to the left. */
  driverSteeringRad?: number;
}

/** How a capture ended; on `failed` the frames before the failure were delivered. */
export type CaptureEnd = { counts: CaptureCounts } & (
  | { kind: 'ended' }
  | { kind: 'failed'; error: PerceptionError }
);

/** Start data of the worker. */
export interface CaptureWorkerData {
  location: string;
  sourceOptions: SourceOptions;
  slotCount: number;
  pacing: Pacing;
  rateFactor: number;
  pictureHealth: PictureHealthConfig | undefined;
}

/** From the conducting thread to the worker. */
export type CaptureCommand =
  | { type: 'start' }
  | { type: 'next' }
  | { type: 'stop' }
  /** How the camera is calibrated and mounted, for the picture's health; before `start`. */
  | { type: 'mounted'; camera: CameraModel; mount: CameraMount };

/** From the worker to the conducting thread. Drops are posted before the frame that follows them. */
export type CaptureEvent =
  | { type: 'opened'; info: SourceInfo; ring: SharedArrayBuffer }
  | ({ type: 'frame'; slot: number } & SlotHeader & FrameAbout)
  | { type: 'drops'; drops: Record<string, number> }
  | { type: 'note'; text: string }
  | { type: 'lost'; error: PostedError }
  | { type: 'end'; counts: CaptureCounts; error?: PostedError };

/** A PerceptionError's fields: an Error that is posted loses its own properties. */
export interface PostedError {
  code: ErrorCode;
  message: string;
  stage?: string;
  frameId?: number;
  details?: Record<string, unknown>;
}

/** Converts any error for posting; one without a code becomes ERR_INTERNAL. */
export function toPostedError(error: unknown): PostedError {
  if (!hasErrorCode(error)) {
    return {
      code: 'ERR_INTERNAL',
      message: error instanceof Error ? error.message : String(error),
    };
  }
  const { code, message, stage, frameId, details } = error as PostedError;
  return {
    code,
    message,
    ...(stage !== undefined && { stage }),
    ...(frameId !== undefined && { frameId }),
    ...(details !== undefined && { details }),
  };
}

/** The error again, as a PerceptionError. */
export function fromPostedError({ code, message, ...fields }: PostedError): PerceptionError {
  return new PerceptionError(code, message, fields);
}
