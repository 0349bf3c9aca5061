import type { Lane } from '../player/timeline-builder.js';
import type { FileOrigin } from './byte-files.js';
import type { DriveFrame, DriveInfo, FrameQuery } from './drive.js';

/** The page's requests to the worker that reads recordings. */
export type DriveRequest = { id: number } & (
  | { kind: 'open'; origins: readonly FileOrigin[]; cameraName?: string | undefined }
  | { kind: 'frame'; query: FrameQuery }
);

export type DriveAnswer = { id: number } & (
  | { info: DriveInfo }
  | { frame: DriveFrame | undefined }
  | { error: string }
);

/** Progress of the scan of the drive, and what it found. */
export interface ScanState {
  lanes: Lane[];
  /** 0..1. */
  share: number;
  /** Number of pieces of the files that cannot be read. */
  damaged: number;
  /** Why the scan ended early, for the user. */
  problem?: string;
}

export type DriveEvent = { scan: ScanState };
