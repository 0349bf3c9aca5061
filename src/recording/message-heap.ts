import type { RecordedMessage } from './recording-piece.js';

interface Entry {
  message: RecordedMessage;
  /** Number of the push: of equal stamps the earlier push comes first. */
  order: number;
}

const isBefore = (a: Entry, b: Entry) =>
  a.message.stampNs < b.message.stampNs ||
  (a.message.stampNs === b.message.stampNs && a.order < b.order);

/** A binary heap of waiting messages, earliest stamp first. */
export class MessageHeap {
  readonly #entries: Entry[] = [];
  #order = 0;
  /** Bytes of waiting data. */
  sizeBytes = 0;

  get length(): number {
    return this.#entries.length;
  }

  get firstNs(): bigint | undefined {
    return this.#entries[0]?.message.stampNs;
  }

  push(message: RecordedMessage): void {
    this.sizeBytes += message.data.byteLength;
    const entries = this.#entries;
    const entry = { message, order: this.#order++ };
    let place = entries.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(entry, entries[parent]!)) break;
      entries[place] = entries[parent]!;
      place = parent;
    }
    entries[place] = entry;
  }

  /** Removes the earliest message; the heap must not be empty. */
  pop(): RecordedMessage {
    const entries = this.#entries;
    const first = entries[0]!;
    const last = entries.pop()!;
    this.sizeBytes -= first.message.data.byteLength;
    if (entries.length === 0) return first.message;
    let place = 0;
    for (let child = 1; child < entries.length; child = 2 * place + 1) {
      if (child + 1 < entries.length && isBefore(entries[child + 1]!, entries[child]!)) child++;
      if (!isBefore(entries[child]!, last)) break;
      entries[place] = entries[child]!;
      place = child;
    }
    entries[place] = last;
    return first.message;
  }
}
