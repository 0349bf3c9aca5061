import { basename } from 'node:path';
import { type FrameLayout, packedRgbLayout } from '../frame/frame.js';
import type { FrameSource, SourceInfo } from '../frame/frame-source.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import { driveMetadataName } from '../recording/drive-writer.js';
import { decodePicture, pictureSize } from '../recording/picture-message.js';
import { choosePictures, type PictureStream } from '../recording/picture-stream.js';
import { type PictureInTurn, picturesIn } from '../recording/pictures-in.js';
import { RecordedDriver } from '../recording/recorded-driver.js';
import { RecordingReader } from '../recording/recording-reader.js';
import { recordingLibrary } from '../recording/recording-writer.js';
import { DecodedFrameSource, type EncodedFrame } from './decoded-frame-source.js';
import { cheapFileSha256 } from './file-hash.js';
import { isSameRate } from './same-rate.js';
import type { SourceOptions } from './source-options.js';

/**
 * Opens the pictures of one camera in an MCAP recording, Foxglove's (H.264 video too) or ROS's, at their log times.
 * Skipped by reason: `size`, `undecodable`, `damaged` (in a chunk whose checksum is wrong), `truncated` (after the end of
 * a file that was cut off, if their number is known). Rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY,
 * ERR_SOURCE_FORMAT, ERR_RECORDING or ERR_USAGE (a rate that it does not have).
 */
export async function openRecording(
  path: string,
  options: Pick<
    SourceOptions,
    'topic' | 'keepsCoded' | 'readsDriver' | 'rateHz' | 'mayKeepTimes'
  > = {},
): Promise<FrameSource> {
  const reader = await RecordingReader.open(path);
  try {
    const { stream, note } = await choosePictures(reader, options.topic);
    const { layout, firstStampNs } = await firstPicture(reader, stream);
    const facts = reader.metadata.get(driveMetadataName);
    const announced = reader.isComplete ? 0 : announcedIn(facts?.['frameCount']);
    const frameCount = Math.max(stream.messageCount, announced);
    const contentSha256 = await cheapFileSha256(reader.path);
    const info = {
      name: basename(path),
      layout,
      nominalRateHz: rateOf(facts?.['rateHz'], reader, stream),
      frameCount,
      firstStampNs,
      ...(contentSha256 !== undefined && { contentSha256 }),
    };
    const ownTimes = keptTimes(info, options);
    const notes = [note ?? [], ownTimes ?? []].flat();
    const progress = { readCount: 0 };
    const driver = options.readsDriver === true ? RecordedDriver.of(reader) : undefined;
    return new DecodedFrameSource({
      info,
      notes,
      handsOnJpeg: options.keepsCoded === 'if-free',
      frames: encodedFrames(reader, stream, layout, { progress, driver }),
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

/**
 * Returns the note that a rate was asked for and the recording keeps its own times. Throws ERR_USAGE where that may not be.
 */
function keptTimes(
  { name, nominalRateHz }: SourceInfo,
  { rateHz, mayKeepTimes }: Pick<SourceOptions, 'rateHz' | 'mayKeepTimes'>,
): string | undefined {
  if (rateHz === undefined) return undefined;
  if (nominalRateHz !== undefined && isSameRate(rateHz, nominalRateHz)) return undefined;
  const own = nominalRateHz === undefined ? '' : ` (${Number(nominalRateHz.toFixed(2))} Hz)`;
  if (mayKeepTimes) return `keeps the times of the recording${own}: ${rateHz} Hz is not for one`;
  throw new PerceptionError(
    'ERR_USAGE',
    `${name}: expected ${rateHz} Hz, found a recording, which keeps its own times${own}: leave the rate out`,
  );
}

/** More frames than a year at 30 per second. */
const maxAnnounced = 1e9;
/** No camera takes more pictures per second. */
const maxRateHz = 1000;

/** Yields the pictures of one stream; counts those that were read. */
async function* encodedFrames(
  reader: RecordingReader,
  stream: PictureStream,
  layout: FrameLayout,
  { progress, driver }: { progress: { readCount: number }; driver: RecordedDriver | undefined },
): AsyncGenerator<EncodedFrame, void, void> {
  // Our writer numbers the messages, so that the ids show the gap of a damaged chunk.
  const isNumbered = reader.library === recordingLibrary && stream.channelIds.length === 1;
  let nextId = 0;
  let startNs: bigint | undefined;
  for await (const picture of picturesIn(reader, stream)) {
    const { stampNs, sequence } = picture;
    progress.readCount++;
    startNs ??= stampNs;
    const id = isNumbered ? Math.max(nextId, sequence) : nextId;
    nextId = id + 1;
    const decode = async () => decodePicture(picture.read(), layout);
    const jpeg = encodedBytes(picture);
    const driverSteeringRad = await driver?.steeringRadAt(stampNs);
    const driven = driverSteeringRad !== undefined && { driverSteeringRad };
    const frame = { id, stampNs, sourceTimeNs: stampNs - startNs, decode, ...driven };
    yield jpeg === undefined ? frame : { ...frame, jpeg };
  }
}

/** The picture's own bytes; undefined if they are pixels, or if the message cannot be read, which `decode` reports. */
function encodedBytes(picture: PictureInTurn): Uint8Array | undefined {
  try {
    const { content } = picture.read();
    return content.kind === 'encoded' ? content.data : undefined;
  } catch {
    return undefined;
  }
}

async function firstPicture(
  reader: RecordingReader,
  stream: PictureStream,
): Promise<{ layout: FrameLayout; firstStampNs: bigint }> {
  let count = 0;
  let firstStampNs: bigint | undefined;
  let problem: unknown;
  for await (const picture of picturesIn(reader, stream)) {
    count++;
    firstStampNs ??= picture.stampNs;
    try {
      const { widthPx, heightPx } = await pictureSize(picture.read());
      return { layout: packedRgbLayout(widthPx, heightPx), firstStampNs };
    } catch (error) {
      problem ??= error;
    }
  }
  const place = `on ${stream.topic} of ${reader.path}`;
  if (count === 0) throw new PerceptionError('ERR_SOURCE_EMPTY', `found no pictures ${place}`);
  const reason = hasErrorCode(problem) ? ` (the first: ${problem.message})` : '';
  throw new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected pictures that can be read ${place}, found none among ${count}${reason}`,
  );
}

/** Number of frames that a drive announced; 0 for an impossible one. */
function announcedIn(text: string | undefined): number {
  const announced = Number(text ?? 0);
  return Number.isInteger(announced) && announced > 0 && announced <= maxAnnounced ? announced : 0;
}

function rateOf(
  declaredHz: string | undefined,
  reader: RecordingReader,
  { messageCount }: PictureStream,
): number | undefined {
  const declared = Number(declaredHz ?? 0);
  if (declared > 0 && declared <= maxRateHz) return declared;
  const seconds = Number(reader.endNs - reader.startNs) / 1e9;
  return messageCount > 1 && seconds > 0 ? (messageCount - 1) / seconds : undefined;
}
