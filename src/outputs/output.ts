import type { Manifest, Task } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';
import type { FrameLayout } from '../frame/frame.js';
import type { PublishCount } from './publish-count.js';

/** A captured frame's pixels in the ring. Nobody writes there until `release` is called. */
export interface FramePixels {
  readonly layout: FrameLayout;
  /** A view of shared memory: read it, or copy it, before `release`. */
  readonly bytes: Uint8Array;
  /** The same frame as the camera gave it, a JPEG, if that is kept; also a view of shared memory. */
  readonly coded?: Uint8Array | undefined;
  /** Gives the slot back. Call it once, as soon as the pixels are read. */
  release(): void;
}

/** One message that leaves the pipeline. */
export interface OutputMessage {
  /** Name in the topic table. */
  readonly topic: string;
  /** Camera or sync group of the message in a rig with several cameras; absent if there is one camera. */
  readonly camera?: string;
  /** The serialised message. An output may keep it; nobody changes it. */
  readonly payload: Uint8Array;
  /** Orders messages in a recording, nanoseconds: the camera's stamp, else wall time, else the source's own time. */
  readonly stampNs: bigint;
  /**
   * With a frame's result, for an output that needs pixels; absent while that output holds as many frames as it may, so
   * that a slow output takes no further ring slots.
   */
  readonly pixels?: FramePixels;
}

/** Facts about a run that are known before its first frame. */
export interface RunFacts {
  /** The source's location as it was given, its name, and the format of its frames. */
  readonly source: string;
  readonly sourceName: string;
  readonly isLive: boolean;
  readonly nominalRateHz: number | undefined;
  readonly layout: FrameLayout;
  readonly pacing: 'realtime' | 'lockstep';
  /** Requested topic of the pictures, in a recording with several cameras. */
  readonly pictureTopic?: string | undefined;
  /** Scaled to the size of the frames; undefined if pixels are taken as they are. */
  readonly camera: CameraModel | undefined;
  /** How the camera sits on the vehicle, if known. */
  readonly mount?: MeasuredMount | undefined;
  /** Empty without a camera model. */
  readonly calibrationSha256: string;
  /** Of the stages that run. */
  readonly manifests: ReadonlyMap<Task, Manifest>;
  /** Which stages share a lane, as JSON. */
  readonly lanes: string;
  /** The pipeline file with its defaults, as JSON, without passwords. */
  readonly pipeline?: string;
  /** Name of the camera in a rig with several. */
  readonly cameraName?: string;
}

/** How a run ended: with its source, stopped before that, with an error, or left for a supervisor to finish. */
export type OutputEnd = 'ended' | 'stopped' | 'failed' | 'left';

/**
 * A destination of messages. It never holds up the pipeline: it keeps its own bounded queue, drops what does not fit, and
 * counts that.
 */
export interface Output {
  /** Name of its kind, such as `zeromq`; used in the report. */
  readonly name: string;
  /** Where its messages go, for people: an endpoint, a path, an address. */
  readonly place: string;
  /** Topics that it takes. */
  readonly topics: readonly string[];
  /** True if each result shall come with the frame's pixels. */
  readonly needsPixels: boolean;
  /** True if it prefers a frame's JPEG (`FramePixels.coded`) to its pixels where there is one at no cost. */
  readonly takesCoded?: boolean;
  /** Frames whose pixels it may hold at once; 1 when left out. */
  readonly heldFrames?: number;
  /** The only camera of a rig whose frames it takes; all when left out. */
  readonly camera?: string | undefined;
  /** Messages taken and lost since the start, by topic. */
  readonly counts: ReadonlyMap<string, PublishCount>;
  /** A code for the health of the run, such as `recording_failed`, while something is wrong; else undefined. */
  readonly health?: string | undefined;
  /** Called once (in a rig, once for each camera) before the first message. If it rejects, the run does not start. */
  begin?(facts: RunFacts): Promise<void>;
  /** Takes a message of one of its topics. Never throws, never blocks. */
  send(message: OutputMessage): void;
  /** In lock-step, the next frame is requested after this resolves; at once when left out. */
  drained?(): Promise<void>;
  /** Sends what is queued for a bounded time, then closes. May be called twice, also before `begin`. */
  close(end: OutputEnd): Promise<void>;
}
