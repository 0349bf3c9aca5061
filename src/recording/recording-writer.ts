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

/** Names the writing library in the file's header; readers know by it how to take our sequence numbers. */
export const recordingLibrary = 'windshield';

export interface RecordingOptions {
  /**
   * Messages wait in memory until this many bytes of them are together, 1 MiB when left out, or until one comes that
   * is `chunkMs` younger than the first, 500 when left out: what is lost when the process dies.
   */
  chunkBytes?: number | undefined;
  chunkMs?: number | undefined;
  /** What was written stays, as `<path>.partial`, when the process is ended in the middle; any reader reads it. */
  isKept?: boolean;
  /** Compresses each chunk before it is written; it blocks the thread. Chunks are not compressed when left out. */
  compressChunk?: CompressChunk | undefined;
}

/** Packs a chunk's records, and says how. */
export type CompressChunk = (records: Uint8Array) => {
  compression: string;
  compressedData: Uint8Array;
};

interface OpenChannel {
  id: number;
  sequence: number;
}

/**
 * Writes an MCAP recording in indexed chunks, uncompressed unless it is told how (pictures are JPEG already). The log and the
 * publish time of a message are its stamp. The file appears under its name only when `close` has succeeded.
 *
 * Calls may overlap: they are carried out one after the other, in the order of the calls. After a failure
 * every later call rejects with the first error, and nothing is left on disk once `close` or `abort` was called.
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
   * Starts `<path>.partial`; ERR_OUTPUT when that cannot be written.
   */
  static async create(path: string, options: RecordingOptions = {}): Promise<RecordingWriter> {
    const { chunkBytes = 1024 * 1024, chunkMs = 500, isKept = false, compressChunk } = options;
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

  /** Bytes that are with the operating system. */
  get positionBytes(): number {
    return this.#file.positionBytes;
  }

  /** Adds a file to the recording; its times are 0, so that equal runs give equal bytes. */
  addAttachment({ name, mediaType, data }: RecordedAttachment): Promise<void> {
    const times = { logTime: 0n, createTime: 0n };
    return this.#enqueue(() => this.#mcap.addAttachment({ ...times, name, mediaType, data }));
  }

  /** Writes one message of a channel of another recording; the bytes are borrowed until the promise resolves. */
  copy(channel: CopiedChannel, stampNs: bigint, data: Uint8Array): Promise<void> {
    return this.#enqueue(async () => {
      const open = this.#copied.get(channel) ?? (await this.#copyChannel(channel));
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
   * Writes one message that is protobuf bytes already; the bytes are borrowed until the promise resolves. `name` is that
   * of the channel where it is not the topic's: a camera's own.
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

  /** Writes the index and gives the file its name. Rejects when any write had failed, leaving `<path>.partial` where that `isKept`, else nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const end = this.#enqueue(() => this.#mcap.end());
    this.#isClosed = true;
    try {
      await end;
    } catch (error) {
      // Of a drive on a full disk, what was taken stays.
      if (this.#isKept) this.#file.leave();
      else this.#file.abort();
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
