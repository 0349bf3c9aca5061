import type { TypedMcapRecords } from '@mcap/core';

/** A stretch of the file that holds messages: a whole chunk record, or bare message records. */
export interface RecordingPiece {
  kind: 'chunk' | 'records';
  offsetBytes: number;
  lengthBytes: number;
  /** Earliest and latest log time, nanoseconds. */
  startNs: bigint;
  endNs: bigint;
  /** Compression of a chunk: '', 'lz4', 'zstd' or 'bz2'. */
  compression: string;
}

/** Where a recording's messages lie, and what is known of them before any is read. */
export interface RecordingMap {
  /** What wrote the file. */
  library: string;
  channels: Map<number, TypedMcapRecords['Channel']>;
  schemas: Map<number, TypedMcapRecords['Schema']>;
  /** Metadata records by name; of two with one name the later. */
  metadata: Map<string, Record<string, string>>;
  pieces: RecordingPiece[];
  /** Messages in the file by channel id, as it says itself. */
  messageCounts: Map<number, number>;
  /** False where the file has no valid end: it was cut off, or its writer died. */
  isComplete: boolean;
  /** Bytes at the end of a file that was cut off which belong to no whole record. */
  cutBytes: number;
}
