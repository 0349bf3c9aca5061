import { isKeyframe } from '../codec/video/access-unit.js';
import { type CodedFrame, decodeVideo } from '../codec/video/decode-video.js';
import { PerceptionError } from '../frame/perception-error.js';
import { jpegOfPicture, type RecordedPicture } from './picture-message.js';
import type { PictureStream } from './picture-stream.js';
import type { RecordedMessage } from './recording-piece.js';
import type { RecordingReader } from './recording-reader.js';
import { recordingLibrary } from './recording-writer.js';

/** A picture of a recording, with its time. */
export interface PictureInTurn {
  stampNs: bigint;
  /** Sequence number of its message. */
  sequence: number;
  /** Returns the picture, never as a frame of a video; throws if it cannot be read. */
  read(): RecordedPicture;
}

/** First and last stamp, both included; all pictures by default. */
interface PictureRange {
  startNs?: bigint;
  endNs?: bigint;
}

/**
 * Yields the pictures of a stream in order of their stamps. Frames of a video come as pixels, decoded from the keyframe
 * before the first one on. Rejects with ERR_TOOL_MISSING if a video needs ffmpeg and there is none.
 */
export async function* picturesIn(
  reader: RecordingReader,
  stream: PictureStream,
  range: PictureRange = {},
): AsyncGenerator<PictureInTurn, void, void> {
  const { channelIds, readPicture } = stream;
  if (stream.isVideo) yield* framesOfVideo(reader, stream, range);
  else
    for await (const { stampNs, sequence, data } of reader.messages({ channelIds, ...range }))
      yield { stampNs, sequence, read: () => readPicture(data) };
}

/** A picture as JPEG (see jpegOfPicture); undefined if it cannot be read. */
export async function jpegInTurn(picture: Pick<PictureInTurn, 'read'>, quality: number) {
  try {
    return await jpegOfPicture(picture.read(), quality);
  } catch {
    return undefined;
  }
}

/** The stamp of the last keyframe at or before a time; undefined if there is none. */
export async function keyframeBefore(
  reader: RecordingReader,
  { channelIds, readPicture }: Pick<PictureStream, 'channelIds' | 'readPicture'>,
  stampNs: bigint,
): Promise<bigint | undefined> {
  const isKey = ({ data }: RecordedMessage) => isKeyframeMessage({ readPicture }, data);
  return (await reader.lastBefore(channelIds, stampNs + 1n, isKey))?.stampNs;
}

/** True if a message of a video can be decoded alone. */
export function isKeyframeMessage(
  { readPicture }: Pick<PictureStream, 'readPicture'>,
  message: Uint8Array,
): boolean {
  const frame = videoFrameOf(readPicture, message);
  return frame !== undefined && isKeyframe(frame.annexB);
}

async function* framesOfVideo(
  reader: RecordingReader,
  stream: PictureStream,
  { startNs, endNs }: PictureRange,
): AsyncGenerator<PictureInTurn, void, void> {
  const { channelIds } = stream;
  const fromNs = startNs && ((await keyframeBefore(reader, stream, startNs)) ?? startNs);
  const range = { ...(fromNs && { startNs: fromNs }), ...(endNs !== undefined && { endNs }) };
  const messages = reader.messages({ channelIds, ...range });
  for await (const { item, image } of decodeVideo(codedFrames(reader, stream, messages))) {
    const { stampNs, sequence, frameId } = item;
    if (startNs !== undefined && stampNs < startNs) continue;
    const read = (): RecordedPicture => {
      if (image === undefined) throw undecodable();
      const { widthPx, heightPx, data } = image;
      const pixels = { widthPx, heightPx, data, strideBytes: 3 * widthPx };
      return {
        frameId,
        content: { kind: 'raw', encoding: 'rgb8', isBigEndian: false, ...pixels },
      };
    };
    yield { stampNs, sequence, read };
  }
}

type FrameInTurn = Pick<RecordedMessage, 'stampNs' | 'sequence'> & { frameId: string };

async function* codedFrames(
  reader: RecordingReader,
  { channelIds, readPicture }: PictureStream,
  messages: AsyncIterable<RecordedMessage>,
): AsyncGenerator<CodedFrame<FrameInTurn>, void, void> {
  const missingBefore = watchGaps(reader, channelIds);
  for await (const message of messages) {
    const { stampNs, sequence, data } = message;
    const isAfterGap = missingBefore(message) > 0;
    const { annexB = new Uint8Array(0), frameId = '' } = videoFrameOf(readPicture, data) ?? {};
    yield { item: { stampNs, sequence, frameId }, annexB, isAfterGap };
  }
}

/**
 * Returns a function that tells how many messages of a stream are missing before a message, 1 if their number is unknown.
 * Call it for the stream's messages in order, each once.
 */
export function watchGaps(
  reader: Pick<RecordingReader, 'library' | 'damagedChunks'>,
  channelIds: readonly number[],
): (message: Pick<RecordedMessage, 'sequence' | 'channelId'>) => number {
  // Our writer numbers the messages, so that gaps show; in other recordings an unreadable chunk indicates a gap.
  const isNumbered = reader.library === recordingLibrary && channelIds.length === 1;
  let damagedChunks = reader.damagedChunks;
  let last: Pick<RecordedMessage, 'sequence' | 'channelId'> | undefined;
  return ({ sequence, channelId }) => {
    const before = last;
    const isDamaged = reader.damagedChunks > damagedChunks;
    damagedChunks = reader.damagedChunks;
    last = { sequence, channelId };
    if (before === undefined) return 0;
    if (!isNumbered) return channelId !== before.channelId || isDamaged ? 1 : 0;
    return sequence > before.sequence ? sequence - before.sequence - 1 : 1;
  };
}

/** Undefined for a message that cannot be read. */
function videoFrameOf(
  readPicture: PictureStream['readPicture'],
  message: Uint8Array,
): { annexB: Uint8Array; frameId: string } | undefined {
  try {
    const { content, frameId } = readPicture(message);
    return content.kind === 'video' ? { annexB: content.data, frameId } : undefined;
  } catch {
    return undefined;
  }
}

const undecodable = () =>
  new PerceptionError(
    'ERR_SOURCE_FORMAT',
    'expected a frame of H.264, found none that decodes, or the keyframe before it missing',
  );
