import type { FrameLayout } from './frame.js';
import type { PerceptionError } from './perception-error.js';

/** Facts about a source that are known before its first frame. */
export interface SourceInfo {
  /** For people: the file's or device's name. */
  name: string;
  /** Every frame has this layout; a picture of another size is skipped and counted, never resized silently. */
  layout: FrameLayout;
  /** Declared frames per second, or undefined if the source does not say. */
  nominalRateHz: number | undefined;
  /** Frames to come, or undefined for a stream. */
  frameCount: number | undefined;
  /** True if frames come when a camera takes them, so that nothing may delay them for pacing. */
  isLive?: boolean;
  /** Time stamp of the first frame, nanoseconds since the Unix epoch, if known before the frame is read. */
  firstStampNs?: bigint;
  /**
   * Largest size in bytes of a frame as the camera gives it, if the source delivers that with the pixels
   * (`SourceFrame.coded`).
   */
  codedBytes?: number;
  /** sha256 (hex) of the source's bytes if it is cheap to get, so that results can name their input. */
  contentSha256?: string;
}

/** How a source ended. `lost` means that it will try again; the iterable goes on after it. */
export type SourceEnd =
  | { kind: 'ended' }
  | { kind: 'lost'; error: PerceptionError }
  | { kind: 'failed'; error: PerceptionError };

/** A frame as a source delivers it: times are on the source's own time line, from its first frame. */
export interface SourceFrame {
  /** Counts from 0 every frame that the source knows of, including those it could not deliver. */
  id: number;
  /** Nanoseconds since the source's first frame, by its own time stamps (or its nominal rate). */
  sourceTimeNs: bigint;
  /** Time stamp that the recording or camera gave, nanoseconds since the Unix epoch; 0 if there is none. */
  stampNs: bigint;
  /** For a live source: when the picture was taken, as nearly as known; monotonic clock of this process, nanoseconds. */
  captureTimeNs?: bigint;
  /** Origin of `captureTimeNs`. */
  timeSource?: TimeSource;
  /** True if the stamp did not advance, and the time was repaired so that it does. */
  isTimeRepaired?: boolean;
  /** How often a live source was lost before this frame; 0 when left out. */
  segment?: number;
  /**
   * The driver's steering in a recorded drive: angle at the wheels, radians, positive to the left. Left out if unknown.
   */
  driverSteeringRad?: number;
  /** The frame as the camera gave it, a JPEG; the source's own memory, valid until the next read. */
  coded?: Uint8Array;
}

/**
 * Origin of a frame's time. `driver`: the camera's driver, on this machine's monotonic clock. `stream`: the stream's own
 * stamps, mapped to that clock. `arrival`: no stamp, but when its last byte came. `recorded`: the times of a recording.
 */
export type TimeSource = 'driver' | 'stream' | 'arrival' | 'recorded';

/**
 * A stream of frames. `read` fills the caller's buffer (a ring slot), so that the source owns no pixels that others see
 * and nothing frame-sized need be allocated per frame.
 *
 * Contract, checked by the conformance suite (test/capture/conformance.ts):
 * - `info` is complete before the first `read`.
 * - `read` writes exactly frameBytes(info.layout) bytes and resolves with the frame, or with a SourceEnd.
 *   A frame that cannot be delivered (does not decode, another size) is counted in `skipped` and the next
 *   one is read; ids show the gap.
 * - After `ended` or `failed`, `read` keeps returning the same end.
 * - `close` may be called at any time, twice, and during a pending `read` (which then resolves with `ended`).
 */
export interface FrameSource {
  readonly info: SourceInfo;
  /** Frames that existed but could not be delivered, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /**
   * Notes for people about the source: choices that were made, values that were not trusted. Grows while frames are read.
   */
  readonly notes?: readonly string[];
  read(into: Uint8Array): Promise<SourceFrame | SourceEnd>;
  close(): Promise<void>;
}

/** Tells a delivered frame from an end. */
export function isSourceEnd(result: SourceFrame | SourceEnd): result is SourceEnd {
  return 'kind' in result;
}

/**
 * Reads one frame; resolves with undefined at the end of the source. Throws the source's error if it was lost or failed: a
 * drive that breaks off has not ended. For readers that need the whole drive.
 */
export async function nextFrame(
  source: FrameSource,
  into: Uint8Array,
): Promise<SourceFrame | undefined> {
  const result = await source.read(into);
  if (!isSourceEnd(result)) return result;
  if (result.kind === 'ended') return undefined;
  throw result.error;
}
