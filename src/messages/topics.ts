/** Every topic, in one table; publishers, recorders and docs derive from it. */
export interface Topic {
  /** ZeroMQ topic and MCAP channel name. */
  name: string;
  /** Full name of the message's schema. */
  schema: string;
  /** Messages a second that are expected at 20 frames a second. */
  nominalRateHz: number;
  /** Written into recordings of results. */
  isRecorded: boolean;
  /** Only the newest message matters: a slow reader may lose all but the last. */
  isConflated: boolean;
}
