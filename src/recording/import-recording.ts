import { scaleCamera } from '../calibration/camera-model.js';
import { checkCameraCalibration } from '../calibration/check-camera-calibration.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import type { CameraCalibration } from '../messages/gen/foxglove/camera_calibration_pb.js';
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
    const calibration = found.calibration && driveCalibration(found.calibration, size);
    const isUsable = typeof calibration === 'object';
    if (typeof calibration === 'string')
      summary.notes.push(`the drive gets no calibration: ${found.topic}: ${calibration}`);
    const writer = await createDriveWriter(out, {
      ...size,
      ...(isUsable && { calibration }),
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
      if (summary.frames > 0) return summary;
      throw noPictures(reader, stream, summary.skipped);
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
  throw noPictures(reader, stream);
}

function noPictures(
  { path }: RecordingReader,
  { topic }: PictureStream,
  skipped: Readonly<Record<string, number>> = {},
) {
  const reasons = Object.entries(skipped).map(([reason, count]) => `${count} ${reason}`);
  return new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected pictures that can be read on ${topic} of ${path}, found ${reasons.join(', ') || 'none'}`,
  );
}

/**
 * The calibration as a drive of this size has it, scaled if it was made at another size of the same shape, or why it has
 * none.
 */
function driveCalibration(
  carried: CameraCalibration,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): DriveCalibration | string {
  try {
    const camera = checkCameraCalibration(carried);
    const { kind } = scaleCamera(camera, widthPx, heightPx);
    const [scaleX, scaleY] = [widthPx / camera.widthPx, heightPx / camera.heightPx];
    const { D, K, R, P } = carried;
    return {
      // ROS and Foxglove name the fisheye model differently.
      distortionModel:
        kind === 'equidistant'
          ? 'kannala_brandt'
          : kind === 'rational_polynomial'
            ? 'rational_polynomial'
            : 'plumb_bob',
      d: D,
      k: scaledRows(K, 3, scaleX, scaleY),
      ...(R.length === 9 && R.some((value) => value !== 0) && { r: R }),
      ...(P.length === 12 &&
        P.some((value) => value !== 0) && { p: scaledRows(P, 4, scaleX, scaleY) }),
    };
  } catch (error) {
    if (!hasErrorCode(error)) throw error;
    return error.message;
  }
}

/** A camera or projection matrix for pictures of another size: edges scale, not pixel centres, hence the half pixels. */
function scaledRows(
  matrix: readonly number[],
  columns: 3 | 4,
  scaleX: number,
  scaleY: number,
): number[] {
  if (scaleX === 1 && scaleY === 1) return [...matrix];
  return matrix.map((value, at) => {
    const row = Math.floor(at / columns);
    if (row === 2) return value;
    const scale = row === 0 ? scaleX : scaleY;
    return at % columns === 2 ? (value + 0.5) * scale - 0.5 : value * scale;
  });
}
