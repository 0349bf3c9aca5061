import { basename } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { type DecodedImage, decodeImage, imageSize } from '../codec/image-codec.js';
import { readJpegHeader } from '../codec/jpeg-header.js';
import { type FrameLayout, packedRgbLayout } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { CompressedImageSchema } from '../messages/gen/foxglove/compressed_image_pb.js';
import { driveMetadataName } from '../recording/drive-writer.js';
import { type RecordedChannel, RecordingReader } from '../recording/recording-reader.js';
import { recordingLibrary } from '../recording/recording-writer.js';
import { DecodedFrameSource, type EncodedFrame } from './decoded-frame-source.js';
import { cheapFileSha256 } from './file-hash.js';

/**
 * The pictures of an MCAP recording (`foxglove.CompressedImage`), at their log times. Skipped by reason: `size`,
 * `undecodable`, `damaged` (in a chunk whose checksum is wrong), `truncated` (behind the end of a file that was
 * cut off, as far as it is known how many there were). Rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY,
 * ERR_SOURCE_FORMAT or ERR_RECORDING.
 */
export async function openRecording(
  path: string,
  options: { topic?: string } = {},
): Promise<FrameSource> {
  const reader = await RecordingReader.open(path);
  try {
    const channel = pictureChannel(reader, options.topic);
    const layout = await firstPictureLayout(reader, channel);
    const facts = reader.metadata.get(driveMetadataName);
    const announced = reader.isComplete ? 0 : Number(facts?.['frameCount'] ?? 0);
    const frameCount = Math.max(channel.messageCount, announced);
    const contentSha256 = await cheapFileSha256(path);
    const info = {
      name: basename(path),
      layout,
      nominalRateHz: rateOf(facts?.['rateHz'], reader, channel),
      frameCount,
      ...(contentSha256 !== undefined && { contentSha256 }),
    };
    const progress = { readCount: 0 };
    return new DecodedFrameSource({
      info,
      frames: encodedFrames(reader, channel, layout, progress),
      countMissing: () => {
        const reason = reader.isComplete ? 'damaged' : 'truncated';
        return { [reason]: Math.max(0, frameCount - progress.readCount) };
      },
      release: () => reader.close(),
    });
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** The picture messages of one channel; counts those that were read. */
async function* encodedFrames(
  reader: RecordingReader,
  { topic }: RecordedChannel,
  layout: FrameLayout,
  progress: { readCount: number },
): AsyncGenerator<EncodedFrame, void, void> {
  const isOurs = reader.library === recordingLibrary;
  let nextId = 0;
  let startNs: bigint | undefined;
  for await (const { stampNs, sequence, data } of reader.messages({ topics: [topic] })) {
    progress.readCount++;
    startNs ??= stampNs;
    // Our writer numbers the messages, so that the ids show the gap where a chunk was damaged.
    const id = isOurs ? Math.max(nextId, sequence) : nextId;
    nextId = id + 1;
    const decode = () => decodePicture(data, layout);
    yield { id, stampNs, sourceTimeNs: stampNs - startNs, decode };
  }
}

/** Looks at a JPEG's header first: to decode a picture of another size would cost a frame's time. */
async function decodePicture(message: Uint8Array, layout: FrameLayout): Promise<DecodedImage> {
  const { data } = fromBinary(CompressedImageSchema, message);
  const header = readJpegHeader(data);
  if (header && (header.widthPx !== layout.widthPx || header.heightPx !== layout.heightPx)) {
    const found = `${header.widthPx}x${header.heightPx}`;
    throw new PerceptionError(
      'ERR_FRAME_SIZE',
      `expected the first picture's size, found ${found}`,
    );
  }
  return decodeImage(data);
}

function pictureChannel(reader: RecordingReader, topic: string | undefined): RecordedChannel {
  const isPictures = ({ schemaName, messageEncoding }: RecordedChannel) =>
    schemaName === CompressedImageSchema.typeName && messageEncoding === 'protobuf';
  const channel = reader.channels.find(
    (candidate) => isPictures(candidate) && (topic ?? candidate.topic) === candidate.topic,
  );
  if (channel !== undefined) return channel;
  const found = reader.channels.map(({ topic, schemaName }) => `${topic} (${schemaName})`);
  throw new PerceptionError(
    'ERR_RECORDING',
    `expected pictures (${CompressedImageSchema.typeName}, protobuf)${topic === undefined ? '' : ` on topic ${topic}`} ` +
      `in ${reader.path}, found ${found.length === 0 ? 'no channels' : found.join(', ')}`,
  );
}

async function firstPictureLayout(
  reader: RecordingReader,
  channel: RecordedChannel,
): Promise<FrameLayout> {
  let count = 0;
  for await (const { data } of reader.messages({ topics: [channel.topic] })) {
    count++;
    const size = await sizeOf(data).catch(() => undefined);
    if (size !== undefined) return packedRgbLayout(size.widthPx, size.heightPx);
  }
  const place = `on ${channel.topic} of ${reader.path}`;
  if (count === 0) throw new PerceptionError('ERR_SOURCE_EMPTY', `found no pictures ${place}`);
  throw new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected pictures that can be read ${place}, found none among ${count}`,
  );
}

async function sizeOf(message: Uint8Array) {
  const { data } = fromBinary(CompressedImageSchema, message);
  return readJpegHeader(data) ?? imageSize(data);
}

function rateOf(
  declaredHz: string | undefined,
  reader: RecordingReader,
  { messageCount }: RecordedChannel,
): number | undefined {
  if (declaredHz !== undefined && Number(declaredHz) > 0) return Number(declaredHz);
  const seconds = Number(reader.endNs - reader.startNs) / 1e9;
  return messageCount > 1 && seconds > 0 ? (messageCount - 1) / seconds : undefined;
}
