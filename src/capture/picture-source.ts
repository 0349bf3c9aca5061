import { readFile } from 'node:fs/promises';
import { decodePictureFile } from '../codec/picture-file.js';
import { packedRgbLayout } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';
import { readDonkeycarTub } from '../recording/donkeycar-tub.js';
import {
  drivePictureSize,
  listPictureFolder,
  onePictureDrive,
  type PictureDrive,
  pictureDriveNotes,
} from '../recording/picture-drive.js';
import { readUdacityDrive } from '../recording/udacity-log.js';
import { DecodedFrameSource, type EncodedFrame } from './decoded-frame-source.js';
import type { SourceOptions } from './source-options.js';

type PictureOptions = Pick<SourceOptions, 'rateHz' | 'keepsCoded'>;

/**
 * Opens the pictures of a folder in natural order of their names. The first readable one sets the size. Skipped by
 * reason: `size`, `undecodable`.
 */
export async function openImageFolder(
  dir: string,
  options: PictureOptions = {},
): Promise<FrameSource> {
  return openPictureDrive(await listPictureFolder(dir, options.rateHz), options);
}

/**
 * Opens the centre pictures of a Udacity drive at the times in their names; also skips `missing`, `bad_row`, `same_time`.
 */
export async function openUdacityFolder(
  dir: string,
  options: PictureOptions = {},
): Promise<FrameSource> {
  return openPictureDrive(await readUdacityDrive(dir, options.rateHz), options);
}

/** Opens the pictures of a donkeycar tub at the times of its records; skips by the reasons of a Udacity drive. */
export async function openDonkeycarTub(
  dir: string,
  options: PictureOptions = {},
): Promise<FrameSource> {
  return openPictureDrive(await readDonkeycarTub(dir, options.rateHz), options);
}

/** Opens a drive of one picture. */
export async function openPicture(
  path: string,
  options: PictureOptions = {},
): Promise<FrameSource> {
  return openPictureDrive(onePictureDrive(path, options.rateHz), options);
}

/** Opens a drive stored as pictures. Rejects with ERR_SOURCE_FORMAT if none of them can be read. */
export async function openPictureDrive(
  drive: PictureDrive,
  options: PictureOptions = {},
): Promise<FrameSource> {
  const { widthPx, heightPx } = await drivePictureSize(drive);
  const info = {
    name: drive.name,
    layout: packedRgbLayout(widthPx, heightPx),
    nominalRateHz: drive.rateHz,
    frameCount: drive.pictures.length,
  };
  const notes = await pictureDriveNotes(drive);
  const handsOnJpeg = options.keepsCoded === 'if-free';
  return new DecodedFrameSource({ info, notes, handsOnJpeg, frames: encodedFrames(drive) });
}

async function* encodedFrames(drive: PictureDrive): AsyncGenerator<EncodedFrame, void, void> {
  for (const [id, picture] of drive.pictures.entries()) {
    const { path, stampNs, sourceTimeNs, problem, steeringRad } = picture;
    const decode = () => decodePictureFile(path);
    // A picture that cannot be read is reported when it is decoded.
    const isJpeg = /\.jpe?g$/i.test(path) && problem === undefined;
    const jpeg = isJpeg ? await readFile(path).catch(() => undefined) : undefined;
    const driven = steeringRad !== undefined && { driverSteeringRad: steeringRad };
    const frame = { id, stampNs, sourceTimeNs, decode, ...driven };
    yield { ...frame, ...(jpeg && { jpeg }), ...(problem !== undefined && { problem }) };
  }
}
