import { PerceptionError } from '../frame/perception-error.js';
import { createDriveWriter, type DriveCalibration } from './drive-writer.js';
import type { ImportOptions, ImportSummary } from './import-drive.js';
import { finishing, startSummary } from './import-drive.js';
import { timeAt } from './picture-drive.js';
import { pictureSize } from './picture-message.js';
import { choosePictures, type PictureStream } from './picture-stream.js';
import { jpegInTurn, picturesIn } from './pictures-in.js';
import { calibrationOf } from './recorded-calibration.js';
import { RecordingReader } from './recording-reader.js';

const defaultQuality = 90;

/**
 * Writes one camera of a foreign recording (ROS 1 or 2, or Foxglove) as a drive of our own, with its calibration: JPEG
 * pictures byte by byte, others encoded. Skipped by reason: `size` (not that of the first picture), `undecodable`,
 * `same_time` (its time does not advance), `damaged` and `truncated`. `topic` names the camera if there are several.
 * Rejects with the errors of choosePictures, ERR_SOURCE_FORMAT (no picture can be read) or ERR_OUTPUT, and leaves
 * nothing behind then.
 */
export async function importRecording(
  path: string,
  {
    out,
    quality = defaultQuality,
    rateHz,
    topic,
    signal,
    onProgress,
  }: ImportOptions & { topic?: string },
): Promise<ImportSummary> {
  const reader = await RecordingReader.open(path);
  try {
    const { stream, note } = await choosePictures(reader, topic);
    const size = await firstSize(reader, stream);
    const found = await calibrationOf(reader, stream);
    const summary = startSummary(size);
    summary.notes = [note, found.note].filter((text) => text !== undefined);
    const { calibration } = found;
    const writer = await createDriveWriter(out, {
      ...size,
      ...(calibration &&
        isOfSize(calibration, size) && { calibration: driveCalibration(calibration) }),
      jpegQuality: quality,
      sourceName: `${path} ${stream.topic}`,
      madeBy: 'windshield import',
      ...(rateHz !== undefined && { rateHz }),
      frameCount: stream.messageCount,
    });
    return await finishing(writer, async () => {
      let index = 0;
      let startNs: bigint | undefined;
      let lastNs: bigint | undefined;
      const skip = (reason: string, count = 1) => {
        summary.skipped[reason] = (summary.skipped[reason] ?? 0) + count;
      };
      for await (const picture of picturesIn(reader, stream)) {
        signal?.throwIfAborted();
        const timeNs = rateHz === undefined ? picture.stampNs : timeAt(index, rateHz);
        index++;
        const jpeg = await jpegInTurn(picture, quality);
        if (jpeg === undefined) skip('undecodable');
        else if (jpeg.widthPx !== size.widthPx || jpeg.heightPx !== size.heightPx) skip('size');
        else if (lastNs !== undefined && timeNs <= lastNs) skip('same_time');
        else {
          startNs ??= timeNs;
          lastNs = timeNs;
          await writer.writeFrame({ stampNs: timeNs, jpeg: jpeg.bytes });
          if (jpeg.isCopy) summary.copied++;
          summary.frames++;
          summary.durationS = Number(timeNs - startNs) / 1e9;
        }
        onProgress?.(index, stream.messageCount);
      }
      const missing = stream.messageCount - index;
      if (missing > 0) skip(reader.isComplete ? 'damaged' : 'truncated', missing);
      return summary;
    });
  } finally {
    await reader.close();
  }
}

async function firstSize(reader: RecordingReader, stream: PictureStream) {
  for await (const picture of picturesIn(reader, stream)) {
    try {
      const { widthPx, heightPx } = await pictureSize(picture.read());
      return { widthPx, heightPx };
    } catch {
      // The next one may be readable.
    }
  }
  throw new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected pictures that can be read on ${stream.topic} of ${reader.path}, found none`,
  );
}

interface Carried {
  width: number;
  height: number;
  distortionModel: string;
  D: readonly number[];
  K: readonly number[];
  R: readonly number[];
  P: readonly number[];
}

/** A drive's calibration must be for its pictures' size. */
const isOfSize = ({ width, height }: Carried, size: { widthPx: number; heightPx: number }) =>
  width === size.widthPx && height === size.heightPx;

/** ROS and Foxglove name the fisheye model differently. */
function driveCalibration({ distortionModel, D, K, R, P }: Carried): DriveCalibration {
  const isFisheye = ['equidistant', 'fisheye', 'kannala_brandt'].includes(distortionModel);
  const isRational = distortionModel === 'rational_polynomial';
  return {
    distortionModel: isFisheye
      ? 'kannala_brandt'
      : isRational
        ? 'rational_polynomial'
        : 'plumb_bob',
    d: D,
    k: K,
    ...(R.length === 9 && R.some((value) => value !== 0) && { r: R }),
    ...(P.length === 12 && P.some((value) => value !== 0) && { p: P }),
  };
}
