import type { McapChannel, McapSchema } from './mcap-records.js';

/** A stretch of the file that holds messages: a whole chunk record, or bare message records. */
export interface RecordingPiece {
  kind: 'chunk' | 'records';
  offsetBytes: number;
  lengthBytes: number;
  /** Earliest and latest log time, nanoseconds. */
  startNs: bigint;
  endNs: bigint;
  /** Messages by channel, where the index says so of all pieces and agrees with the counts of the whole file. */
  messageCounts?: ReadonlyMap<number, number> | undefined;
}

/** Where a recording's messages lie, and what is known of them before any is read. */
export interface RecordingMap {
  /** What wrote the file. */
  library: string;
  channels: Map<number, McapChannel>;
  schemas: Map<number, McapSchema>;
  /** Metadata records by name; of two with one name the later. */
  metadata: Map<string, Record<string, string>>;
  pieces: RecordingPiece[];
  /** Messages by channel id that the file is known to hold, readable or not. */
  messageCounts: Map<number, number>;
  /** False where the file has no valid end: it was cut off, or its writer died. */
  isComplete: boolean;
  /** Bytes at the end of a file that was cut off which belong to no whole record. */
  cutBytes: number;
}

/** A message as it was recorded; the bytes belong to whoever gets it. */
export interface RecordedMessage {
  channelId: number;
  topic: string;
  /** Log time, nanoseconds since the Unix epoch. */
  stampNs: bigint;
  /** Counts the channel's messages from 0 where this project wrote the recording. */
  sequence: number;
  data: Uint8Array;
}
