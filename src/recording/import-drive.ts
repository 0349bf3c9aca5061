import { readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { encodeJpeg, isWholeJpeg } from '../codec/image-codec.js';
import { jpegLength, readJpegHeader } from '../codec/jpeg-header.js';
import { decodePictureFile } from '../codec/picture-file.js';
import { frameBytes } from '../frame/frame.js';
import { type FrameSource, isSourceEnd } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { GroundTruthSchema } from '../messages/gen/windshield/v1/perception_pb.js';
import { createDriveWriter, type DriveOptions, type DriveWriter } from './drive-writer.js';
import {
  type DrivePicture,
  drivePictureSize,
  type PictureDrive,
  pictureDriveNotes,
  timeAt,
} from './picture-drive.js';

export interface ImportOptions {
  /** The recording to write. */
  out: string;
  /** JPEG quality 1..100 of frames that are not JPEG already; 90 by default. */
  quality?: number;
  /** Frames per second, in place of the source's own times. */
  rateHz?: number;
  /** Called after each frame; `total` is undefined if unknown. */
  onProgress?(done: number, total: number | undefined): void;
  /** Aborts the import, which then rejects with the signal's reason and leaves nothing behind. */
  signal?: AbortSignal;
}

export interface ImportSummary {
  widthPx: number;
  heightPx: number;
  /** Frames written. */
  frames: number;
  /** Frames among them with steering or speed. */
  groundTruth: number;
  /** Frames copied without encoding them again. */
  copied: number;
  /** Frames of the source that are not in the recording, by reason. */
  skipped: Record<string, number>;
  /** From the first frame to the last, seconds. */
  durationS: number;
  /** What the user should know about the source. */
  notes: string[];
}

const defaultQuality = 90;
const madeBy = 'windshield import';
/** Frames of a video that are encoded at the same time. */
const encodesAhead = 3;

/**
 * Writes a drive stored as pictures into a recording: JPEG files byte by byte, others encoded. Steering and speed
 * become ground truth. Without time stamps the drive starts at the Unix epoch. Skipped by reason: the drive's own
 * problems, `size` (not that of the first picture), `undecodable`. Rejects with ERR_SOURCE_FORMAT (no picture can be
 * read) or ERR_OUTPUT, and leaves nothing behind then.
 */
export async function importPictureDrive(
  drive: PictureDrive,
  options: ImportOptions,
): Promise<ImportSummary> {
  const { quality = defaultQuality, signal, onProgress } = options;
  const { widthPx, heightPx } = await drivePictureSize(drive);
  const size = { widthPx, heightPx };
  const summary = startSummary(size);
  summary.notes = await pictureDriveNotes(drive);
  const total = drive.pictures.length;
  const writer = await createDriveWriter(options.out, {
    ...size,
    jpegQuality: quality,
    sourceName: drive.name,
    madeBy,
    rateHz: drive.rateHz,
    frameCount: total,
  });
  return finishing(writer, async () => {
    for (const [index, picture] of drive.pictures.entries()) {
      signal?.throwIfAborted();
      const jpeg = picture.problem ?? (await jpegOf(picture.path, size, quality));
      if (typeof jpeg === 'string') count(summary.skipped, jpeg);
      else {
        const stampNs = picture.stampNs || picture.sourceTimeNs;
        await writer.writeFrame({ stampNs, jpeg: jpeg.bytes });
        if (await writeTruth(writer, picture, stampNs, summary.frames)) summary.groundTruth++;
        if (jpeg.isCopy) summary.copied++;
        summary.frames++;
        summary.durationS = Number(picture.sourceTimeNs) / 1e9;
      }
      onProgress?.(index + 1, total);
    }
    if (summary.frames > 0) return summary;
    const reasons = Object.entries(summary.skipped).map(([reason, found]) => `${found} ${reason}`);
    throw new PerceptionError(
      'ERR_SOURCE_FORMAT',
      `expected frames that can be read in ${drive.name}, found ${reasons.join(', ') || 'none'}`,
    );
  });
}

/**
 * Writes the frames of a source (rgb8, without row padding) into a recording, encoded as JPEG. Frames that the source
 * skipped are counted. Does not close the source. Rejects with the source's error, ERR_SOURCE_FORMAT (no frame at all)
 * or ERR_OUTPUT, and leaves nothing behind then.
 */
export async function importFrames(
  source: FrameSource,
  options: ImportOptions,
): Promise<ImportSummary> {
  const { quality = defaultQuality, rateHz, signal, onProgress } = options;
  const { layout, name, nominalRateHz, frameCount } = source.info;
  const { widthPx, heightPx } = layout;
  const summary = startSummary({ widthPx, heightPx });
  const facts: DriveOptions = { widthPx, heightPx, jpegQuality: quality, sourceName: name, madeBy };
  const declaredRateHz = rateHz ?? nominalRateHz;
  if (declaredRateHz !== undefined) facts.rateHz = declaredRateHz;
  if (frameCount !== undefined) facts.frameCount = frameCount;
  const writer = await createDriveWriter(options.out, facts);
  const buffers = Array.from({ length: encodesAhead }, () => ({
    pixels: new Uint8Array(frameBytes(layout)),
    written: Promise.resolve(),
  }));
  return finishing(writer, async () => {
    let written = Promise.resolve();
    let lastStampNs: bigint | undefined;
    for (let turn = 0; ; turn++) {
      const buffer = buffers[turn % encodesAhead]!;
      await buffer.written;
      signal?.throwIfAborted();
      const frame = await source.read(buffer.pixels);
      if (isSourceEnd(frame)) {
        await written;
        if (frame.kind !== 'ended') throw frame.error;
        break;
      }
      const timeNs = rateHz === undefined ? frame.sourceTimeNs : timeAt(frame.id, rateHz);
      const stampNs = rateHz === undefined && frame.stampNs > 0n ? frame.stampNs : timeNs;
      if (lastStampNs !== undefined && stampNs <= lastStampNs) {
        count(summary.skipped, 'same_time');
        continue;
      }
      lastStampNs = stampNs;
      const encoded = encodeJpeg({ widthPx, heightPx, data: buffer.pixels }, quality);
      // Frames are encoded in parallel and written one after the other.
      written = Promise.all([encoded, written]).then(async ([jpeg]) => {
        await writer.writeFrame({ stampNs, jpeg });
        summary.frames++;
        summary.durationS = Number(timeNs) / 1e9;
        onProgress?.(summary.frames, frameCount);
      });
      buffer.written = written;
      // If one fails, the next use of its buffer or the end reports it.
      written.catch(() => {});
    }
    summary.skipped = { ...source.skipped, ...summary.skipped };
    summary.notes = [...(source.notes ?? [])];
    if (summary.frames > 0) return summary;
    throw new PerceptionError('ERR_SOURCE_FORMAT', `expected frames in ${name}, found none`);
  });
}

/** Runs `write` and closes the recording; an error leaves nothing behind. */
export async function finishing<T>(writer: DriveWriter, write: () => Promise<T>): Promise<T> {
  try {
    const result = await write();
    await writer.close();
    return result;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

export function startSummary(size: { widthPx: number; heightPx: number }): ImportSummary {
  return { ...size, frames: 0, groundTruth: 0, copied: 0, skipped: {}, durationS: 0, notes: [] };
}

/** The file's own bytes up to its end marker if it is a complete JPEG of the size, else encoded; or why it is skipped. */
async function jpegOf(
  path: string,
  size: { widthPx: number; heightPx: number },
  quality: number,
): Promise<{ bytes: Uint8Array; isCopy: boolean } | 'size' | 'undecodable'> {
  try {
    const bytes = await readFile(path);
    const header = readJpegHeader(bytes);
    const decoded = header === undefined ? await decodePictureFile(path) : undefined;
    const image = header ?? decoded!;
    const lengthBytes = header && jpegLength(bytes);
    if (image.widthPx !== size.widthPx || image.heightPx !== size.heightPx) return 'size';
    if (decoded !== undefined) return { bytes: await encodeJpeg(decoded, quality), isCopy: false };
    if (lengthBytes === undefined) return 'undecodable';
    const jpeg = bytes.subarray(0, lengthBytes);
    return (await isWholeJpeg(jpeg)) ? { bytes: jpeg, isCopy: true } : 'undecodable';
  } catch {
    return 'undecodable';
  }
}

async function writeTruth(
  writer: DriveWriter,
  { steeringRad, speedMps }: DrivePicture,
  stampNs: bigint,
  frameId: number,
): Promise<boolean> {
  if (steeringRad === undefined && speedMps === undefined) return false;
  const vehicle = {
    hasSteering: steeringRad !== undefined,
    steeringRad: steeringRad ?? 0,
    hasSpeed: speedMps !== undefined,
    speedMps: speedMps ?? 0,
  };
  const truth = create(GroundTruthSchema, { frameId: BigInt(frameId), stampNs, vehicle });
  await writer.writeGroundTruth(truth);
  return true;
}

function count(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
