import type { Connection } from '../page/socket-room.js';
import { addressTo } from './foxglove-protocol.js';

/** Most bytes that may wait for one viewer; further messages are lost to it alone. */
const maxWaitingBytes = 8 * 2 ** 20;
const maxSubscriptions = 256;

/** One viewer and its subscriptions. */
export class FoxgloveClient {
  /** Subscription ids by channel id. */
  readonly #subscriptions = new Map<number, Set<number>>();
  #count = 0;

  constructor(readonly connection: Connection) {}

  /** Returns false if there are too many subscriptions, or this one is known already. */
  subscribe(id: number, channelId: number): boolean {
    const isKnown = [...this.#subscriptions.values()].some((ids) => ids.has(id));
    if (isKnown || this.#count >= maxSubscriptions) return false;
    const ids = this.#subscriptions.get(channelId) ?? new Set();
    this.#subscriptions.set(channelId, ids.add(id));
    this.#count++;
    return true;
  }

  unsubscribe(id: number): void {
    for (const [channelId, ids] of this.#subscriptions) {
      if (!ids.delete(id)) continue;
      this.#count--;
      if (ids.size === 0) this.#subscriptions.delete(channelId);
    }
  }

  isSubscribed(channelId: number): boolean {
    return this.#subscriptions.has(channelId);
  }

  /** Sends `message` to each subscription of the channel; returns how many got it and how many lost it. */
  send(channelId: number, message: Buffer): { sent: number; lost: number } {
    const count = { sent: 0, lost: 0 };
    for (const id of this.#subscriptions.get(channelId) ?? []) {
      const isFull = this.connection.bufferedAmount + message.length > maxWaitingBytes;
      if (isFull) count.lost++;
      else {
        this.connection.send(addressTo(message, id));
        count.sent++;
      }
    }
    return count;
  }
}
