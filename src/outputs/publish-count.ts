/** Messages of one topic that an output took and that it lost. */
export interface PublishCount {
  sent: number;
  dropped: number;
}

/** Counts by topic, each beginning at nothing. */
export class PublishCounts extends Map<string, PublishCount> {
  of(topic: string): PublishCount {
    const count = this.get(topic) ?? { sent: 0, dropped: 0 };
    this.set(topic, count);
    return count;
  }
}
