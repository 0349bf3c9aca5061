import type { FrameLayout } from './frame.js';
import type { PerceptionError } from './perception-error.js';

/** What is known of a source before its first frame. */
export interface SourceInfo {
  /** For people: the file's or device's name. */
  name: string;
  /** Every frame has this layout; a picture of another size is skipped and counted, never resized in silence. */
  layout: FrameLayout;
  /** Frames a second by declaration, or undefined where the source does not say. */
  nominalRateHz: number | undefined;
  /** Frames to come, or undefined for a stream. */
  frameCount: number | undefined;
  /** True where frames come when a camera takes them, so that nothing may hold them back to pace them. */
  isLive?: boolean;
  /** Time stamp of the first frame, nanoseconds since the Unix epoch, where that is known before it is read. */
  firstStampNs?: bigint;
  /** Most bytes of a frame as the camera gives it, where the source delivers that beside the pixels (`SourceFrame.coded`). */
  codedBytes?: number;
  /** sha256 (hex) of the source's bytes where that is cheap to know, for results to name their input. */
  contentSha256?: string;
}

/** How a source ended. `lost` means that it will try again; the iterable goes on after it. */
export type SourceEnd =
  | { kind: 'ended' }
  | { kind: 'lost'; error: PerceptionError }
  | { kind: 'failed'; error: PerceptionError };

/** A frame as a source delivers it: times are of the source's own time line, from its first frame. */
export interface SourceFrame {
  /** Counts from 0 every frame that the source knows of, also those it could not deliver. */
  id: number;
  /** Nanoseconds since the source's first frame, by its own time stamps (or its nominal rate). */
  sourceTimeNs: bigint;
  /** Time stamp that the recording or camera gave, nanoseconds since the Unix epoch; 0 where nobody gave one. */
  stampNs: bigint;
  /** Of a live source: when the picture was taken, as near as is known; monotonic clock of this process, nanoseconds. */
  captureTimeNs?: bigint;
  /** Who said `captureTimeNs`. */
  timeSource?: TimeSource;
  /** True where the stamp did not advance, and the time was made up so that it does. */
  isTimeRepaired?: boolean;
  /** Counts the losses of a live source that came before this frame. 0 when left out. */
  segment?: number;
  /** What the driver of a recorded drive did on it: angle at the wheels, radians, positive to the left. Left out where nobody knows. */
  driverSteeringRad?: number;
  /** The frame as the camera gave it, a JPEG; the source's own memory, valid until the next read. */
  coded?: Uint8Array;
}

/**
 * Whose time a frame has. `driver`: the camera's driver, on this machine's monotonic clock. `stream`: the stream's own
 * stamps, mapped to that clock. `arrival`: nobody's; when its last byte came. `recorded`: what a recording says.
 */
export type TimeSource = 'driver' | 'stream' | 'arrival' | 'recorded';

/**
 * A stream of frames. `read` fills the caller's buffer (a ring slot), so that the source owns no pixels
 * that others see and nothing frame-sized need be allocated per frame.
 *
 * Contract, held by the conformance suite (test/capture/conformance.ts):
 * - `info` is complete before the first `read`.
 * - `read` writes exactly frameBytes(info.layout) bytes and resolves with the frame, or with a SourceEnd.
 *   A frame that cannot be delivered (does not decode, another size) is counted in `skipped` and the next
 *   one is read; ids show the gap.
 * - After `ended` or `failed`, `read` keeps returning the same end.
 * - `close` may be called at any time, twice, and during a pending `read` (which then resolves with `ended`).
 */
export interface FrameSource {
  readonly info: SourceInfo;
  /** Frames that were there but could not be delivered, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What a person should know of the source: what was chosen, what was not believed. Grows while frames are read. */
  readonly notes?: readonly string[];
  read(into: Uint8Array): Promise<SourceFrame | SourceEnd>;
  close(): Promise<void>;
}

/** Tells a delivered frame from an end. */
export function isSourceEnd(result: SourceFrame | SourceEnd): result is SourceEnd {
  return 'kind' in result;
}
