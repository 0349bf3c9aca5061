import type { McapChannel, McapSchema } from './mcap-records.js';

/** A part of the file that holds messages: a complete chunk record, or bare message records. */
export interface RecordingPiece {
  kind: 'chunk' | 'records';
  offsetBytes: number;
  lengthBytes: number;
  /** Earliest and latest log time, nanoseconds. */
  startNs: bigint;
  endNs: bigint;
  /** Messages by channel, if the index has them for all pieces and they agree with the counts of the file. */
  messageCounts?: ReadonlyMap<number, number> | undefined;
}

/** Where a recording's messages are, and what is known about them before any is read. */
export interface RecordingMap {
  /** The library that wrote the file. */
  library: string;
  channels: Map<number, McapChannel>;
  schemas: Map<number, McapSchema>;
  /** Metadata records by name; the later of two with the same name. */
  metadata: Map<string, Record<string, string>>;
  pieces: RecordingPiece[];
  /** Messages by channel id that the file is known to hold, readable or not. */
  messageCounts: Map<number, number>;
  /** False if the file has no valid end: it was cut off, or its writer died. */
  isComplete: boolean;
  /** Bytes after the last complete record of a file that was cut off. */
  cutBytes: number;
}

/** A recorded message; the receiver owns its bytes. */
export interface RecordedMessage {
  channelId: number;
  topic: string;
  /** Log time, nanoseconds since the Unix epoch. */
  stampNs: bigint;
  /** Number of the message in its channel, from 0, if windshield wrote the recording. */
  sequence: number;
  data: Uint8Array;
}
