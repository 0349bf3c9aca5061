/** Messages of one topic that an output sent, and those that it lost. */
export interface PublishCount {
  sent: number;
  dropped: number;
}

/** Counts by topic, each beginning at 0. */
export class PublishCounts extends Map<string, PublishCount> {
  of(topic: string): PublishCount {
    const count = this.get(topic) ?? { sent: 0, dropped: 0 };
    this.set(topic, count);
    return count;
  }
}
