import { type DescMessage, toBinary } from '@bufbuild/protobuf';
import { McapWriter } from '@mcap/core';
import { PartialFile } from '../files/partial-file.js';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type ChannelMessages,
  type ChannelTopic,
  channelSchemas,
  fileDescriptorSet,
} from './channels.js';

/** Names the writing library in the file's header; readers know by it how to take our sequence numbers. */
export const recordingLibrary = 'windshield';

export interface RecordingOptions {
  /**
   * Messages wait in memory until this many bytes of them are together, 1 MiB when left out, or until one comes that
   * is `chunkMs` younger than the first, 1000 when left out: what is lost when the process dies.
   */
  chunkBytes?: number | undefined;
  chunkMs?: number | undefined;
  /** What was written stays, as `<path>.partial`, when the process is ended in the middle; any reader reads it. */
  isKept?: boolean;
}

/**
 * Writes an MCAP recording in uncompressed, indexed chunks (pictures are JPEG already). The log and the
 * publish time of a message are its stamp. The file appears under its name only when `close` has succeeded.
 *
 * Calls may overlap: they are carried out one after the other, in the order of the calls. After a failure
 * every later call rejects with the first error, and nothing is left on disk once `close` or `abort` was called.
 */
export class RecordingWriter {
  readonly path: string;
  readonly #file: PartialFile;
  readonly #mcap: McapWriter;
  readonly #channels = new Map<ChannelTopic, { id: number; sequence: number }>();
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(file: PartialFile, mcap: McapWriter) {
    this.path = file.path;
    this.#file = file;
    this.#mcap = mcap;
  }

  /**
   * Starts `<path>.partial`; ERR_OUTPUT when that cannot be written.
   */
  static async create(path: string, options: RecordingOptions = {}): Promise<RecordingWriter> {
    const { chunkBytes = 1024 * 1024, chunkMs = 1000, isKept = false } = options;
    const file = PartialFile.create(path, { isKept });
    /** When the first message came that is not on the disk yet, milliseconds. */
    let oldestMs: number | undefined;
    // The library asks with each message whether the chunk is larger than this, and has no other way to end one.
    const bound = {
      valueOf() {
        oldestMs ??= performance.now();
        return performance.now() - oldestMs < chunkMs ? chunkBytes : 0;
      },
    };
    const mcap = new McapWriter({
      chunkSize: bound as unknown as number,
      writable: {
        write: (bytes) => {
          oldestMs = undefined;
          return file.append(bytes);
        },
        position: () => BigInt(file.positionBytes),
      },
    });
    const writer = new RecordingWriter(file, mcap);
    try {
      await writer.#enqueue(() => mcap.start({ profile: '', library: recordingLibrary }));
      return writer;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** Adds a metadata record: a name and its string pairs. */
  addMetadata(name: string, entries: Record<string, string>): Promise<void> {
    return this.#enqueue(() =>
      this.#mcap.addMetadata({ name, metadata: new Map(Object.entries(entries)) }),
    );
  }

  /** Writes one message; `stampNs` in nanoseconds since the Unix epoch. The message is encoded at once. */
  write<T extends ChannelTopic>(
    topic: T,
    stampNs: bigint,
    message: ChannelMessages[T],
  ): Promise<void> {
    const schema: DescMessage = channelSchemas[topic];
    return this.writeEncoded(topic, stampNs, toBinary(schema, message));
  }

  /** Writes one message that is protobuf bytes already; the bytes are borrowed until the promise resolves. */
  writeEncoded(topic: ChannelTopic, stampNs: bigint, data: Uint8Array): Promise<void> {
    return this.#enqueue(async () => {
      const channel = this.#channels.get(topic) ?? (await this.#addChannel(topic));
      await this.#mcap.addMessage({
        channelId: channel.id,
        sequence: channel.sequence++,
        logTime: stampNs,
        publishTime: stampNs,
        data,
      });
    });
  }

  /** Writes the index and gives the file its name. Rejects, leaving nothing, when any write had failed. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const end = this.#enqueue(() => this.#mcap.end());
    this.#isClosed = true;
    try {
      await end;
    } catch (error) {
      this.#file.abort();
      throw error;
    }
    await this.#file.close();
  }

  /** Ends in the middle: `<path>.partial` stays as it is, without an index. Does nothing after `close`. */
  async leave(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#last.catch(() => undefined);
    this.#file.leave();
  }

  /** Gives up: removes the partial file. Does nothing after `close`. */
  async abort(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#last.catch(() => undefined);
    this.#file.abort();
  }

  async #addChannel(topic: ChannelTopic) {
    const schema = channelSchemas[topic];
    const schemaId = await this.#mcap.registerSchema({
      name: schema.typeName,
      encoding: 'protobuf',
      data: fileDescriptorSet(schema),
    });
    const id = await this.#mcap.registerChannel({
      topic,
      schemaId,
      messageEncoding: 'protobuf',
      metadata: new Map(),
    });
    const channel = { id, sequence: 0 };
    this.#channels.set(topic, channel);
    return channel;
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    if (this.#isClosed) {
      return Promise.reject(
        new PerceptionError('ERR_OUTPUT', `${this.path} is closed: nothing more can be written`),
      );
    }
    const done = this.#last.then(task);
    this.#last = done;
    // The caller may await only `close`, which rejects with the same error.
    done.catch(() => undefined);
    return done;
  }
}
