import type { Lane } from '../player/timeline-builder.js';
import type { FileOrigin } from './byte-files.js';
import type { DriveFrame, DriveInfo, FrameQuery } from './drive.js';

/** What the page asks of the thread that reads recordings. */
export type DriveRequest = { id: number } & (
  | { kind: 'open'; origins: readonly FileOrigin[]; cameraName?: string | undefined }
  | { kind: 'frame'; query: FrameQuery }
);

export type DriveAnswer = { id: number } & (
  | { info: DriveInfo }
  | { frame: DriveFrame | undefined }
  | { error: string }
);

/** How far the reading of the whole drive is, and what it found. */
export interface ScanState {
  lanes: Lane[];
  /** 0..1. */
  share: number;
  /** Pieces of the files that cannot be read. */
  damaged: number;
}

export type DriveEvent = { scan: ScanState };
