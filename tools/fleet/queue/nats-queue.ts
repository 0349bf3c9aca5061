import { createHash } from 'node:crypto';
import {
  AckPolicy,
  type Consumer,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, nanos } from '@nats-io/transport-node';
import { withoutCredentials } from '../../../src/capture/credentials.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { WorkItem } from '../plan/work-item.js';
import type { TakenUnit, UnitQueue } from './unit-queue.js';

export interface NatsOptions {
  /** `nats://host:4222`, or `tls://…`. */
  url: string;
  /** Names the queue: only workers of one run share it. */
  run: string;
  leaseMs: number;
}

/** An item published twice within this time is queued once; later duplicates are found done when they are taken. */
const duplicateWindowMs = 24 * 3600 * 1000;
/** Maximum number of publications that wait for their acknowledgement together. */
const publishedAtOnce = 256;
/** How long a worker waits for a unit before it checks whether any are left, milliseconds. */
const waitMs = 1000;

const consumerName = 'workers';

/**
 * A work queue on NATS JetStream: each unit is with one worker at a time, and is redelivered to another if its worker
 * stops responding. Units that were set aside are published on a separate stream. Credentials come from NATS_USER and
 * NATS_PASSWORD, or NATS_TOKEN.
 */
export class NatsQueue implements UnitQueue {
  readonly leaseMs: number;
  readonly #connection: NatsConnection;
  readonly #consumer: Consumer;
  readonly #stream: string;
  readonly #subject: string;

  private constructor(connection: NatsConnection, consumer: Consumer, options: NatsOptions) {
    this.#connection = connection;
    this.#consumer = consumer;
    this.leaseMs = options.leaseMs;
    this.#stream = streamOf(options.run);
    this.#subject = `windshield.${options.run}`;
  }

  /** Rejects with ERR_SOURCE_LOST if the server does not answer or has no JetStream. */
  static async open(options: NatsOptions): Promise<NatsQueue> {
    const { url, run, leaseMs } = options;
    try {
      const connection = await connect({ ...addressOf(url), maxReconnectAttempts: 60 });
      try {
        const manager = await jetstreamManager(connection);
        // Every worker creates them; creating an existing one changes nothing.
        await manager.streams.add({
          name: streamOf(run),
          subjects: [`windshield.${run}.units`],
          retention: RetentionPolicy.Workqueue,
          duplicate_window: nanos(duplicateWindowMs),
        });
        await manager.streams.add({
          name: `${streamOf(run)}-dead`,
          subjects: [`windshield.${run}.dead`],
        });
        await manager.streams.add({
          name: `${streamOf(run)}-lists`,
          subjects: [`windshield.${run}.lists.*`],
          max_msgs_per_subject: 1,
        });
        await manager.consumers.add(streamOf(run), {
          durable_name: consumerName,
          ack_policy: AckPolicy.Explicit,
          ack_wait: nanos(leaseMs),
        });
        const consumer = await jetstream(connection).consumers.get(streamOf(run), consumerName);
        return new NatsQueue(connection, consumer, options);
      } catch (error) {
        await connection.close();
        throw error;
      }
    } catch (cause) {
      throw new PerceptionError(
        'ERR_SOURCE_LOST',
        `${withoutCredentials(url)}: expected a NATS server with JetStream, found ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  async fill(
    items: readonly WorkItem[],
    stillOpen: (items: readonly WorkItem[]) => Promise<readonly WorkItem[]>,
  ): Promise<void> {
    const manager = await jetstreamManager(this.#connection);
    const { messages, last_seq } = (await manager.streams.info(this.#stream)).state;
    const isEmpty = messages === 0;
    const list = listOf(items);
    const subject = `${this.#subject}.lists.${list}`;
    const isFilled = async () =>
      (await manager.streams.getMessage(`${this.#stream}-lists`, { last_by_subj: subject })) !==
      null;
    if (!isEmpty && (await isFilled())) return;
    // The list is queued for other results or once more, so its earlier entries do not show what is done.
    const isAgain = isEmpty && last_seq > 0;
    const wanted = isAgain ? await stillOpen(items) : items;
    // Workers that fill the queue at the same time publish the same ids.
    const filling = `${list}.${isAgain ? last_seq : 0}`;
    for (let from = 0; from < wanted.length; from += publishedAtOnce)
      await Promise.all(
        wanted
          .slice(from, from + publishedAtOnce)
          .map((item) => this.#put(item, `${item.key}.${filling}`)),
      );
    await jetstream(this.#connection).publish(subject, filling);
  }

  async #put(item: WorkItem, msgID: string): Promise<void> {
    const stream = jetstream(this.#connection);
    await stream.publish(`${this.#subject}.units`, JSON.stringify(item), { msgID });
  }

  /** Publishes a new message in place of the taken one, so that its delivery count starts from zero. */
  async #putBack(item: WorkItem, message: JsMsg): Promise<void> {
    try {
      await this.#put(item, `${item.key}.back.${message.seq}`);
      await message.ackAck();
    } catch {
      message.nak();
    }
  }

  async take(signal: AbortSignal): Promise<TakenUnit | undefined> {
    while (!signal.aborted) {
      const message = await this.#consumer.next({ expires: waitMs });
      if (message === null) {
        const { num_pending, num_ack_pending } = await this.#consumer.info();
        if (num_pending === 0 && num_ack_pending === 0) return undefined;
        continue;
      }
      const { num_pending, num_ack_pending } = await this.#consumer.info();
      const item = message.json<WorkItem>();
      return {
        item,
        left: num_pending + num_ack_pending,
        taken: message.info.deliveryCount,
        alive: () => message.working(),
        finish: async () => void (await message.ackAck()),
        release: () => this.#putBack(item, message),
      };
    }
    return undefined;
  }

  async deadLetter({ name, key }: WorkItem, reason: string): Promise<void> {
    const letter = JSON.stringify({ name, key, reason });
    await jetstream(this.#connection).publish(`${this.#subject}.dead`, letter, { msgID: key });
  }

  async close(): Promise<void> {
    await this.#connection.drain();
  }
}

const streamOf = (run: string) => `windshield-${run}`;

/** Identifies a list of units; another list may share some of them. */
const listOf = (items: readonly WorkItem[]): string =>
  createHash('sha256')
    .update(
      items
        .map(({ key }) => key)
        .sort()
        .join(),
    )
    .digest('hex')
    .slice(0, 16);

function addressOf(url: string) {
  const { NATS_USER: user, NATS_PASSWORD: pass, NATS_TOKEN: token } = process.env;
  return {
    servers: url,
    ...(user !== undefined && pass !== undefined && { user, pass }),
    ...(token !== undefined && { token }),
  };
}
