import { readAttachments } from './attachments.js';
import type { CopiedChannel } from './copied-channel.js';
import { pictureStreams } from './picture-stream.js';
import { keyframeBefore, watchGaps } from './pictures-in.js';
import type { RecordedMessage } from './recording-piece.js';
import { RecordingReader } from './recording-reader.js';
import { RecordingWriter } from './recording-writer.js';

export interface CopyOptions {
  /** First and last stamp, both included; all messages by default. */
  startNs?: bigint | undefined;
  endNs?: bigint | undefined;
  /** All by default. */
  topics?: readonly string[] | undefined;
  /** Entries of the copy's metadata record `windshield.copy`. */
  facts: Readonly<Record<string, string>>;
  /** Another name for that record. */
  factsName?: string;
  /** Aborts the copy, which then leaves nothing behind. */
  signal?: AbortSignal | undefined;
}

/** What a copy holds, and what its sources lost. */
export interface CopySummary {
  messages: Record<string, number>;
  /** Messages by topic that the sources are known to have held but that cannot be read; empty for a part of the time. */
  lost: Record<string, number>;
  /** Bytes after the last complete record of sources that were cut off. */
  cutBytes: number;
  damagedChunks: number;
  startNs: bigint;
  endNs: bigint;
  /** The requested start, if the part begins at an earlier keyframe of a video. */
  askedNs?: bigint;
}

/** Schemas of messages that stay valid until the next one: a part of a drive needs the last one before it. */
export const lasting: ReadonlySet<string> = new Set([
  'foxglove.CameraCalibration',
  'foxglove.FrameTransform',
  'sensor_msgs/msg/CameraInfo',
  'sensor_msgs/CameraInfo',
]);

/**
 * Writes the messages of one or more recordings, ours or others', in order of their stamps into one clean file, with
 * their schemas, metadata and attachments. The last calibrations and transforms before the start are included, with the
 * start as their stamp. With video, the part begins at the keyframe before `startNs`, so that all of it can be decoded.
 * Rejects as RecordingReader.open and RecordingWriter do, and leaves nothing behind then.
 */
export async function copyRecordings(
  paths: readonly string[],
  out: string,
  options: CopyOptions,
): Promise<CopySummary> {
  const readers: RecordingReader[] = [];
  let writer: RecordingWriter | undefined;
  try {
    for (const path of paths) readers.push(await RecordingReader.open(path));
    writer = await RecordingWriter.create(out);
    await copyDescriptions(readers, paths, writer, options);
    const keyframes = await keyframesOf(readers, options);
    const startNs = earliest([options.startNs, ...keyframes.values()]);
    const copied = await copyMessages(readers, writer, { ...options, startNs }, keyframes);
    const isEarlier = options.startNs !== undefined && startNs !== options.startNs;
    const summary = { ...copied, ...(isEarlier && { askedNs: options.startNs! }) };
    options.signal?.throwIfAborted();
    await writer.close();
    return summary;
  } catch (error) {
    await writer?.abort();
    throw error;
  } finally {
    for (const reader of readers) await reader.close();
  }
}

async function copyDescriptions(
  readers: readonly RecordingReader[],
  paths: readonly string[],
  writer: RecordingWriter,
  { facts, factsName = 'windshield.copy' }: CopyOptions,
): Promise<void> {
  const said = new Set<string>();
  const names = new Set<string>();
  const isNew = (name: string, content: string) => {
    const isKnown = said.has(`${name}\n${content}`);
    said.add(`${name}\n${content}`);
    return !isKnown;
  };
  /** Different entries of one name are both kept: the later one gets a number. */
  const freeName = (name: string) => {
    let free = name;
    for (let number = 2; names.has(free); number++) free = `${name}.${number}`;
    names.add(free);
    return free;
  };
  for (const [index, { metadata }] of readers.entries()) {
    for (const [name, entries] of metadata)
      if (name !== 'windshield.copy' && isNew(name, JSON.stringify(entries)))
        await writer.addMetadata(freeName(name), entries);
    for (const attachment of await readAttachments(paths[index]!)) {
      const { name, data } = attachment;
      if (isNew(`file ${name}`, Buffer.from(data).toString('latin1')))
        await writer.addAttachment({ ...attachment, name: freeName(name) });
    }
  }
  await writer.addMetadata(factsName, facts);
}

async function copyMessages(
  readers: readonly RecordingReader[],
  writer: RecordingWriter,
  { startNs, endNs, topics, signal }: CopyOptions,
  keyframes: ReadonlyMap<string, bigint>,
): Promise<CopySummary> {
  const channels = new SharedChannels();
  const messages: Record<string, number> = {};
  const read = new Map<RecordingReader, Map<number, number>>();
  let first: bigint | undefined;
  let last = 0n;
  const videos = videosOf(readers);
  const write = async (reader: RecordingReader, message: RecordedMessage, stampNs: bigint) => {
    signal?.throwIfAborted();
    const channel = channels.of(reader, message.channelId);
    if (channel === undefined) return;
    first ??= stampNs;
    last = stampNs;
    messages[message.topic] = (messages[message.topic] ?? 0) + 1;
    const missing = videos.get(keyOf(readers, reader, message.channelId))?.(message);
    await writer.copy(channel, stampNs, message.data, missing);
  };
  if (startNs !== undefined)
    for (const reader of readers)
      for (const message of await lastingBefore(reader, startNs, topics))
        await write(reader, message, startNs);
  const range = { startNs, endNs, topics };
  for await (const { reader, message } of inOrder(readers, range)) {
    // Before this channel's own keyframe, which comes later than another camera's.
    if (message.stampNs < (keyframes.get(keyOf(readers, reader, message.channelId)) ?? 0n))
      continue;
    const counts = read.get(reader) ?? new Map<number, number>();
    read.set(reader, counts.set(message.channelId, (counts.get(message.channelId) ?? 0) + 1));
    await write(reader, message, message.stampNs);
  }
  const isWhole = startNs === undefined && endNs === undefined;
  const lost: Record<string, number> = {};
  for (const reader of isWhole ? readers : [])
    for (const { id, topic, messageCount } of reader.channels) {
      if (topics?.includes(topic) === false) continue;
      const missing = messageCount - (read.get(reader)?.get(id) ?? 0);
      if (missing > 0) lost[topic] = (lost[topic] ?? 0) + missing;
    }
  const sum = (of: (reader: RecordingReader) => number) =>
    readers.reduce((total, reader) => total + of(reader), 0);
  const damage = {
    cutBytes: sum(({ cutBytes }) => cutBytes),
    damagedChunks: sum(({ damagedChunks }) => damagedChunks),
  };
  return { messages, lost, ...damage, startNs: first ?? 0n, endNs: last };
}

const keyOf = (readers: readonly RecordingReader[], reader: RecordingReader, channelId: number) =>
  `${readers.indexOf(reader)}/${channelId}`;

/** For each video channel, what is missing before a message: frames after a gap cannot be decoded in the copy either. */
function videosOf(
  readers: readonly RecordingReader[],
): ReadonlyMap<string, ReturnType<typeof watchGaps>> {
  const found = new Map<string, ReturnType<typeof watchGaps>>();
  for (const reader of readers)
    for (const { isVideo, channelIds } of pictureStreams(reader.channels)) {
      const missingBefore = watchGaps(reader, channelIds);
      for (const id of isVideo ? channelIds : [])
        found.set(keyOf(readers, reader, id), missingBefore);
    }
  return found;
}

/** Where each video channel begins: its last keyframe at or before the part's start. */
async function keyframesOf(
  readers: readonly RecordingReader[],
  { startNs, topics }: CopyOptions,
): Promise<ReadonlyMap<string, bigint>> {
  const found = new Map<string, bigint>();
  if (startNs === undefined) return found;
  for (const reader of readers)
    for (const stream of pictureStreams(reader.channels)) {
      if (!stream.isVideo || topics?.includes(stream.topic) === false) continue;
      for (const id of stream.channelIds) {
        const keyNs = await keyframeBefore(reader, { ...stream, channelIds: [id] }, startNs);
        if (keyNs !== undefined) found.set(keyOf(readers, reader, id), keyNs);
      }
    }
  return found;
}

function earliest(stampsNs: readonly (bigint | undefined)[]): bigint | undefined {
  let found: bigint | undefined;
  for (const ns of stampsNs)
    if (ns !== undefined && (found === undefined || ns < found)) found = ns;
  return found;
}

/** The last message of each lasting channel before a stamp. */
async function lastingBefore(
  reader: RecordingReader,
  startNs: bigint,
  topics: readonly string[] | undefined,
): Promise<RecordedMessage[]> {
  const found: RecordedMessage[] = [];
  for (const { id, topic, schemaName } of reader.channels) {
    if (!lasting.has(schemaName) || topics?.includes(topic) === false) continue;
    const newest = await reader.lastBefore([id], startNs);
    if (newest !== undefined) found.push(newest);
  }
  return found;
}

/** The messages of several recordings by stamp; for equal stamps, those of the first recording first. */
async function* inOrder(
  readers: readonly RecordingReader[],
  range: Pick<CopyOptions, 'startNs' | 'endNs' | 'topics'>,
) {
  const { startNs, endNs, topics } = range;
  const filter = {
    ...(startNs !== undefined && { startNs }),
    ...(endNs !== undefined && { endNs }),
    ...(topics !== undefined && { topics }),
  };
  const heads = await Promise.all(
    readers.map(async (reader) => {
      const messages = reader.messages(filter);
      return { reader, messages, next: (await messages.next()).value ?? undefined };
    }),
  );
  for (;;) {
    let oldest: (typeof heads)[number] | undefined;
    for (const head of heads)
      if (head.next && (oldest?.next === undefined || head.next.stampNs < oldest.next.stampNs))
        oldest = head;
    if (oldest?.next === undefined) return;
    yield { reader: oldest.reader, message: oldest.next };
    oldest.next = (await oldest.messages.next()).value ?? undefined;
  }
}

/** Merges identical channels of several recordings. */
class SharedChannels {
  readonly #known: CopiedChannel[] = [];
  readonly #byReader = new Map<RecordingReader, Map<number, CopiedChannel>>();

  of(reader: RecordingReader, id: number): CopiedChannel | undefined {
    const own = this.#byReader.get(reader) ?? new Map<number, CopiedChannel>();
    this.#byReader.set(reader, own);
    const known = own.get(id);
    if (known !== undefined) return known;
    const described = reader.describe(id);
    if (described === undefined) return undefined;
    const same = this.#known.find((channel) => isSame(channel, described));
    if (same === undefined) this.#known.push(described);
    own.set(id, same ?? described);
    return same ?? described;
  }
}

function isSame(a: CopiedChannel, b: CopiedChannel): boolean {
  if (a.topic !== b.topic || a.messageEncoding !== b.messageEncoding) return false;
  if (a.schema === undefined || b.schema === undefined) return a.schema === b.schema;
  const isNamed = a.schema.name === b.schema.name && a.schema.encoding === b.schema.encoding;
  return isNamed && Buffer.compare(a.schema.data, b.schema.data) === 0;
}
