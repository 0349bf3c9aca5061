import { PerceptionError } from '../frame/perception-error.js';
import { CompressedVideoSchema } from '../messages/gen/foxglove/compressed_video_pb.js';
import {
  pictureReader,
  pictureSchemaNames,
  pictureSize,
  type RecordedPicture,
} from './picture-message.js';
import { withoutCamera } from './recorded-cameras.js';
import type { RecordedChannel, RecordingReader } from './recording-reader.js';

/**
 * The pictures of one camera: all channels of one topic and schema. A topic may have several channels: a driver that was
 * restarted writes a second one.
 */
export interface PictureStream {
  topic: string;
  schemaName: string;
  channelIds: readonly number[];
  /** Pictures that the file is known to hold. */
  messageCount: number;
  /** True if its frames refer to each other: `picturesIn` decodes them. */
  isVideo: boolean;
  /** Throws if the bytes are not such a message. */
  readPicture(message: Uint8Array): RecordedPicture;
}

/** Class maps of a recorded run are also picture messages, but not a camera's. */
const maskTopic = 'camera/mask';

/** Every stream of pictures in a recording, most pictures first; if equal, in file order. */
export function pictureStreams(channels: readonly RecordedChannel[]): PictureStream[] {
  const streams = new Map<string, PictureStream & { channelIds: number[] }>();
  for (const channel of channels) {
    const readPicture = pictureReader(channel);
    if (readPicture === undefined || withoutCamera(channel.topic) === maskTopic) continue;
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
 * Chooses the stream of pictures to play: that of `topic`, or else the one with the most pictures whose first picture is
 * readable (depth maps are picture messages too). `note` says what was chosen if there was a choice and no `topic`.
 * Rejects with ERR_RECORDING if there is none.
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
  const why = stream === candidates[0] ? 'the most pictures' : 'the most pictures that can be read';
  const note = `pictures of ${stream.topic} (${stream.messageCount}): ${why}; --topic chooses another; not played: ${others.join(', ')}`;
  return { stream, note: topic === undefined ? note : undefined };
}

async function isFirstReadable(
  reader: RecordingReader,
  { channelIds, isVideo, readPicture }: PictureStream,
): Promise<boolean> {
  for await (const { data } of reader.messages({ channelIds })) {
    try {
      const picture = readPicture(data);
      // Whether a video can be decoded shows only when it is played.
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
