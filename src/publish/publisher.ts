/** A way out of the pipeline. Publishing never waits: what cannot be taken at once is dropped and counted. */
export interface Publisher {
  /** Where subscribers connect, as bound (a wildcard port is resolved). */
  readonly endpoint: string;
  /**
   * Hands a serialised message to the topic's stream. The publisher may keep `payload` until it is sent, so
   * the caller leaves it alone from then on. Never throws, never blocks.
   */
  publish(topicName: string, payload: Uint8Array): void;
  /** Messages handed over and dropped since the start, by topic. */
  readonly counts: ReadonlyMap<string, PublishCount>;
  /** Lets what is queued leave for a bounded time, then closes. May be called twice. */
  close(): Promise<void>;
}

export interface PublishCount {
  sent: number;
  dropped: number;
}
