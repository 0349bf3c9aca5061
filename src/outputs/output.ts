import type { Manifest, Task } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';
import type { FrameLayout } from '../frame/frame.js';
import type { PublishCount } from './publish-count.js';

/** A captured frame's pixels where they lie in the ring. Nobody writes there until `release` was called. */
export interface FramePixels {
  readonly layout: FrameLayout;
  /** A view of shared memory: read it, or copy it, before `release`. */
  readonly bytes: Uint8Array;
  /** The same frame as the camera gave it, a JPEG, where that is kept; a view of shared memory too. */
  readonly coded?: Uint8Array | undefined;
  /** Gives the slot back. Call it once, as soon as the pixels were read. */
  release(): void;
}

/** One message that leaves the pipeline. */
export interface OutputMessage {
  /** Name in the topic table. */
  readonly topic: string;
  /** Of a rig with several cameras, whose message it is, or of which sync group; absent where there is one camera. */
  readonly camera?: string;
  /** The serialised message. An output may keep it; nobody changes it. */
  readonly payload: Uint8Array;
  /** Orders messages in a recording, nanoseconds: the camera's stamp, else wall time, else the source's own time. */
  readonly stampNs: bigint;
  /**
   * With a frame's result, for an output that asks for pixels: absent while that output holds as many frames as it
   * may, so that a slow output costs no ring slot more.
   */
  readonly pixels?: FramePixels;
}

/** What is known of a run before its first frame. */
export interface RunFacts {
  /** The source's location as it was given, its name, and how its frames look. */
  readonly source: string;
  readonly sourceName: string;
  readonly isLive: boolean;
  readonly nominalRateHz: number | undefined;
  readonly layout: FrameLayout;
  readonly pacing: 'realtime' | 'lockstep';
  /** Topic of the pictures that was asked for, of a recording with several cameras. */
  readonly pictureTopic?: string | undefined;
  /** For frames of the size that they have; undefined where pixels are taken as they are. */
  readonly camera: CameraModel | undefined;
  /** How the camera sits on the vehicle, where that is known. */
  readonly mount?: MeasuredMount | undefined;
  /** Empty without a camera model. */
  readonly calibrationSha256: string;
  /** Of the stages that run. */
  readonly manifests: ReadonlyMap<Task, Manifest>;
  /** Which stages share a lane, as JSON. */
  readonly lanes: string;
  /** The pipeline file as it was understood, as JSON, without passwords. */
  readonly pipeline?: string;
  /** Of a rig with several cameras, which one. */
  readonly cameraName?: string;
}

/** How a run ended: with its source, in order before that, with an error, or so that a supervisor finishes what it left. */
export type OutputEnd = 'ended' | 'stopped' | 'failed' | 'left';

/**
 * A way out of the pipeline. Its pace never holds up the pipeline: it keeps a bounded queue of its own, drops what
 * does not fit, and counts that.
 */
export interface Output {
  /** Of its kind, such as `zeromq`; stands in the report. */
  readonly name: string;
  /** Where its messages go, for people: an endpoint, a path, an address. */
  readonly place: string;
  /** Topics that it takes. */
  readonly topics: readonly string[];
  /** True where each result shall come with the frame's pixels. */
  readonly needsPixels: boolean;
  /** True where it reads a frame's JPEG (`FramePixels.coded`) rather than its pixels, where there is one for nothing. */
  readonly takesCoded?: boolean;
  /** Frames whose pixels it may hold at once; 1 when left out. */
  readonly heldFrames?: number;
  /** Of a rig with several cameras, the only one whose frames it takes; left out: all. */
  readonly camera?: string | undefined;
  /** Messages taken and lost since the start, by topic. */
  readonly counts: ReadonlyMap<string, PublishCount>;
  /** A code for the health of the run, such as `recording_failed`, while something is wrong; else undefined. */
  readonly health?: string | undefined;
  /** Called once, of a rig once for each camera, before the first message. Where it rejects, the run does not start. */
  begin?(facts: RunFacts): Promise<void>;
  /** Takes a message of one of its topics. Never throws, never blocks. */
  send(message: OutputMessage): void;
  /** In lock-step the next frame is asked for when this has resolved; left out: at once. */
  drained?(): Promise<void>;
  /** Lets what is queued leave for a bounded time, then closes. May be called twice, also before `begin`. */
  close(end: OutputEnd): Promise<void>;
}
