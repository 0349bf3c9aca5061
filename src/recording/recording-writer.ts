import { type DescMessage, toBinary } from '@bufbuild/protobuf';
import { McapWriter } from '@mcap/core';
import { PartialFile } from '../files/partial-file.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { RecordedAttachment } from './attachments.js';
import {
  type ChannelMessages,
  type ChannelTopic,
  channelSchemas,
  fileDescriptorSet,
} from './channels.js';
import type { CopiedChannel } from './copied-channel.js';

/** Library name in the file's header; readers rely on our sequence numbers if they find it. */
export const recordingLibrary = 'windshield';

export interface RecordingOptions {
  /**
   * Messages wait in memory until there are this many bytes of them (1 MiB by default), or until one arrives `chunkMs`
   * (500 by default) after the first. They are lost if the process dies.
   */
  chunkBytes?: number | undefined;
  chunkMs?: number | undefined;
  /** If the process ends early, what was written stays as `<path>.partial`, which any reader can read. */
  isKept?: boolean;
  /** Compresses each chunk before it is written, which blocks the thread. By default chunks are not compressed. */
  compressChunk?: CompressChunk | undefined;
}

/** Compresses a chunk's records and names the compression. */
export type CompressChunk = (records: Uint8Array) => {
  compression: string;
  compressedData: Uint8Array;
};

interface OpenChannel {
  id: number;
  sequence: number;
}

/**
 * Writes an MCAP recording in indexed chunks, uncompressed unless `compressChunk` is given (pictures are JPEG already). A
 * message's stamp is both its log and publish time. The file appears under its name only when `close` has succeeded.
 *
 * Calls may overlap: they run one after the other, in the order of the calls. After a failure every later call rejects
 * with the first error, and `close` (unless `isKept`) or `abort` leaves nothing on disk.
 */
export class RecordingWriter {
  readonly path: string;
  readonly #file: PartialFile;
  readonly #mcap: McapWriter;
  readonly #channels = new Map<string, OpenChannel>();
  readonly #copied = new Map<CopiedChannel, OpenChannel>();
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  readonly #isKept: boolean;

  private constructor(file: PartialFile, mcap: McapWriter, isKept: boolean) {
    this.#isKept = isKept;
    this.path = file.path;
    this.#file = file;
    this.#mcap = mcap;
  }

  /**
   * Starts `<path>.partial`. Rejects with ERR_OUTPUT if that cannot be written.
   */
  static async create(path: string, options: RecordingOptions = {}): Promise<RecordingWriter> {
    const { chunkBytes = 1024 * 1024, chunkMs = 500, isKept = false, compressChunk } = options;
    const file = PartialFile.create(path, { isKept });
    /** When the first message arrived that is not written yet, milliseconds. */
    let oldestMs: number | undefined;
    // With each message the library compares the chunk's size with this; it has no other way to end a chunk.
    const bound = {
      valueOf() {
        oldestMs ??= performance.now();
        return performance.now() - oldestMs < chunkMs ? chunkBytes : 0;
      },
    };
    const mcap = new McapWriter({
      chunkSize: bound as unknown as number,
      ...(compressChunk !== undefined && { compressChunk }),
      writable: {
        write: (bytes) => {
          oldestMs = undefined;
          return file.append(bytes);
        },
        position: () => BigInt(file.positionBytes),
      },
    });
    const writer = new RecordingWriter(file, mcap, isKept);
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

  /** Bytes that were handed to the operating system. */
  get positionBytes(): number {
    return this.#file.positionBytes;
  }

  /** Adds a file to the recording; its times are 0, so that equal runs give equal bytes. */
  addAttachment({ name, mediaType, data }: RecordedAttachment): Promise<void> {
    const times = { logTime: 0n, createTime: 0n };
    return this.#enqueue(() => this.#mcap.addAttachment({ ...times, name, mediaType, data }));
  }

  /**
   * Writes one message of another recording's channel; the bytes are borrowed until the promise resolves. The numbers of
   * `missing` messages before it stay free.
   */
  copy(channel: CopiedChannel, stampNs: bigint, data: Uint8Array, missing = 0): Promise<void> {
    return this.#enqueue(async () => {
      const open = this.#copied.get(channel) ?? (await this.#copyChannel(channel));
      open.sequence += missing;
      await this.#add(open, stampNs, data);
    });
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

  /**
   * Writes one message that is already protobuf bytes; the bytes are borrowed until the promise resolves. `name` is the
   * channel's name if it is not the topic's: that of one of several cameras.
   */
  writeEncoded(
    topic: ChannelTopic,
    stampNs: bigint,
    data: Uint8Array,
    name: string = topic,
  ): Promise<void> {
    return this.#enqueue(async () => {
      const channel = this.#channels.get(name) ?? (await this.#addChannel(topic, name));
      await this.#add(channel, stampNs, data);
    });
  }

  /** Writes the index and names the file. Rejects if any write failed, leaving `<path>.partial` if `isKept`, else nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const end = this.#enqueue(() => this.#mcap.end());
    this.#isClosed = true;
    try {
      await end;
    } catch (error) {
      // On a full disk, what was recorded stays.
      if (this.#isKept) this.#file.leave();
      else this.#file.abort();
      throw error;
    }
    await this.#file.close();
  }

  /** Ends early: `<path>.partial` stays as it is, without an index. Does nothing after `close`. */
  async leave(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#last.catch(() => undefined);
    this.#file.leave();
  }

  /** Removes the partial file. Does nothing after `close`. */
  async abort(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#last.catch(() => undefined);
    this.#file.abort();
  }

  #add(channel: OpenChannel, stampNs: bigint, data: Uint8Array): Promise<void> {
    return this.#mcap.addMessage({
      channelId: channel.id,
      sequence: channel.sequence++,
      logTime: stampNs,
      publishTime: stampNs,
      data,
    });
  }

  async #copyChannel(channel: CopiedChannel): Promise<OpenChannel> {
    const { topic, messageEncoding, schema } = channel;
    const schemaId = schema === undefined ? 0 : await this.#mcap.registerSchema(schema);
    const described = { topic, messageEncoding, schemaId, metadata: new Map<string, string>() };
    const open = { id: await this.#mcap.registerChannel(described), sequence: 0 };
    this.#copied.set(channel, open);
    return open;
  }

  async #addChannel(topic: ChannelTopic, name: string) {
    const schema = channelSchemas[topic];
    const schemaId = await this.#mcap.registerSchema({
      name: schema.typeName,
      encoding: 'protobuf',
      data: fileDescriptorSet(schema),
    });
    const id = await this.#mcap.registerChannel({
      topic: name,
      schemaId,
      messageEncoding: 'protobuf',
      metadata: new Map(),
    });
    const channel = { id, sequence: 0 };
    this.#channels.set(name, channel);
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
