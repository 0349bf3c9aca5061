import { PerceptionError } from '../frame/perception-error.js';
import { CompressedVideoSchema } from '../messages/gen/foxglove/compressed_video_pb.js';
import {
  pictureReader,
  pictureSchemaNames,
  pictureSize,
  type RecordedPicture,
} from './picture-message.js';
import type { RecordedChannel, RecordingReader } from './recording-reader.js';

/**
 * The pictures of one camera: all channels of one topic and schema. A topic is not a channel: a driver that was
 * started again writes a second channel of the same topic.
 */
export interface PictureStream {
  topic: string;
  schemaName: string;
  channelIds: readonly number[];
  /** Pictures that the file is known to hold. */
  messageCount: number;
  /** True where its frames refer to each other: `picturesIn` decodes them. */
  isVideo: boolean;
  /** Throws where the bytes are no such message. */
  readPicture(message: Uint8Array): RecordedPicture;
}

/** Class maps of a recorded run travel as pictures too, and are none of a camera. */
const maskTopic = 'camera/mask';

/** Every stream of pictures in a recording, most pictures first; of equal ones the first in the file. */
export function pictureStreams(channels: readonly RecordedChannel[]): PictureStream[] {
  const streams = new Map<string, PictureStream & { channelIds: number[] }>();
  for (const channel of channels) {
    const readPicture = pictureReader(channel);
    if (readPicture === undefined || channel.topic === maskTopic) continue;
    const { id, topic, schemaName, messageEncoding, messageCount } = channel;
    const key = JSON.stringify([topic, schemaName, messageEncoding]);
    const stream = streams.get(key);
    if (stream === undefined) {
      const isVideo = schemaName === CompressedVideoSchema.typeName;
      streams.set(key, { topic, schemaName, channelIds: [id], messageCount, isVideo, readPicture });
    } else {
      stream.channelIds.push(id);
      stream.messageCount += messageCount;
    }
  }
  return [...streams.values()].sort((a, b) => b.messageCount - a.messageCount);
}

/**
 * The stream of pictures that is played: that of `topic`, or else the one with the most pictures whose first one can
 * be read (depth maps travel as pictures too). `note` says what was chosen where there was a choice.
 * Rejects with ERR_RECORDING where there is none.
 */
export async function choosePictures(
  reader: RecordingReader,
  topic?: string,
): Promise<{ stream: PictureStream; note: string | undefined }> {
  const all = pictureStreams(reader.channels);
  const candidates = all.filter((stream) => (topic ?? stream.topic) === stream.topic);
  if (candidates.length === 0) throw withoutPictures(reader, topic);
  if (candidates.length === 1 && all.length === 1) return { stream: all[0]!, note: undefined };
  let stream = candidates[0]!;
  for (const candidate of candidates) {
    if (!(await isFirstReadable(reader, candidate))) continue;
    stream = candidate;
    break;
  }
  const others = all
    .filter((other) => other !== stream)
    .map((other) => `${other.topic} (${other.messageCount})`);
  const why = topic === undefined ? 'the most pictures; --topic chooses another' : 'as asked';
  const note = `pictures of ${stream.topic} (${stream.messageCount}): ${why}; not played: ${others.join(', ')}`;
  return { stream, note: topic !== undefined ? undefined : note };
}

async function isFirstReadable(
  reader: RecordingReader,
  { channelIds, isVideo, readPicture }: PictureStream,
): Promise<boolean> {
  for await (const { data } of reader.messages({ channelIds })) {
    try {
      const picture = readPicture(data);
      // Whether it can be decoded shows when it is played.
      if (!isVideo) await pictureSize(picture);
      return true;
    } catch {
      return false;
    }
  }
  return false;
}

function withoutPictures({ channels, path }: RecordingReader, topic: string | undefined) {
  const found = channels.map(
    ({ topic, schemaName, messageEncoding }) =>
      `${topic} (${schemaName || 'no schema'}${messageEncoding === 'protobuf' ? '' : ` as ${messageEncoding}`})`,
  );
  const shown = found.length > 12 ? [...found.slice(0, 12), `${found.length - 12} more`] : found;
  const place = topic === undefined ? '' : ` on topic ${topic}`;
  return new PerceptionError(
    'ERR_RECORDING',
    `expected pictures (${pictureSchemaNames.join(', ')})${place} in ${path}, found ${found.length === 0 ? 'no channels' : shown.join(', ')}`,
  );
}
