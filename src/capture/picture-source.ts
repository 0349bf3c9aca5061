import { decodePictureFile, pictureFileSize } from '../codec/picture-file.js';
import { packedRgbLayout } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { listPictureFolder, type PictureDrive } from '../recording/picture-drive.js';
import { readUdacityDrive } from '../recording/udacity-log.js';
import { DecodedFrameSource, type EncodedFrame } from './decoded-frame-source.js';

/**
 * The pictures of a folder in natural order of their names. The first readable one sets the size.
 * Skipped by reason: `size`, `undecodable`.
 */
export async function openImageFolder(
  dir: string,
  options: { rateHz?: number } = {},
): Promise<FrameSource> {
  return openPictureDrive(await listPictureFolder(dir, options.rateHz));
}

/** The centre pictures of a Udacity drive at the times in their names; skipped also `missing`, `bad_row`, `same_time`. */
export async function openUdacityFolder(
  dir: string,
  options: { rateHz?: number } = {},
): Promise<FrameSource> {
  return openPictureDrive(await readUdacityDrive(dir, options.rateHz));
}

/** A drive that lies on disk as pictures. Rejects with ERR_SOURCE_FORMAT when none of them can be read. */
export async function openPictureDrive(drive: PictureDrive): Promise<FrameSource> {
  const { widthPx, heightPx } = await drivePictureSize(drive);
  const info = {
    name: drive.name,
    layout: packedRgbLayout(widthPx, heightPx),
    nominalRateHz: drive.rateHz,
    frameCount: drive.pictures.length,
  };
  return new DecodedFrameSource({ info, frames: encodedFrames(drive), skipped: drive.leftOut });
}

/** Width and height of the first picture that can be read, pixels. */
export async function drivePictureSize(
  drive: PictureDrive,
): Promise<{ widthPx: number; heightPx: number }> {
  for (const { path } of drive.pictures) {
    const size = await pictureFileSize(path).catch(() => undefined);
    if (size !== undefined) return size;
  }
  const count = drive.pictures.length;
  throw new PerceptionError(
    'ERR_SOURCE_FORMAT',
    `expected pictures that can be read in ${drive.name}, found none among ${count}`,
  );
}

async function* encodedFrames(drive: PictureDrive): AsyncGenerator<EncodedFrame, void, void> {
  for (const [id, { path, stampNs, sourceTimeNs }] of drive.pictures.entries()) {
    yield { id, stampNs, sourceTimeNs, decode: () => decodePictureFile(path) };
  }
}
