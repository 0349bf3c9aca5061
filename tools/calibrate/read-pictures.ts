import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { withoutCredentials } from '../../src/capture/credentials.js';
import { openSource } from '../../src/capture/open-source.js';
import { addressRow } from '../../src/capture/source-table.js';
import { fillPackedRgb } from '../../src/codec/packed-rgb.js';
import { decodePictureFile, pictureExtensions } from '../../src/codec/picture-file.js';
import { frameBytes } from '../../src/frame/frame.js';
import { nextFrame } from '../../src/frame/frame-source.js';
import { PerceptionError } from '../../src/frame/perception-error.js';

/** A picture to search for the board: packed rgb8, or why it could not be read. */
export type CalibrationPicture = { name: string } & (
  | { widthPx: number; heightPx: number; data: Uint8Array }
  | { problem: string }
);

const byName = new Intl.Collator('en', { numeric: true });

/**
 * Reads the pictures of files and folders, with their names, or of any other source (a video, a recording, a camera)
 * one frame every `everyS` seconds of its time, named by that time. The second of a name is told from the first by
 * `(2)`. Rejects with ERR_SOURCE_MISSING or ERR_SOURCE_EMPTY.
 */
export async function* readCalibrationPictures(
  places: readonly string[],
  everyS: number,
): AsyncGenerator<CalibrationPicture, void, void> {
  const counts = new Map<string, number>();
  for (const place of places) {
    const files = await pictureFiles(place);
    const pictures = files === undefined ? framesOf(place, everyS) : picturesOf(files);
    for await (const picture of pictures) {
      const count = (counts.get(picture.name) ?? 0) + 1;
      counts.set(picture.name, count);
      yield count === 1 ? picture : { ...picture, name: `${picture.name} (${count})` };
    }
  }
}

async function* picturesOf(
  files: readonly string[],
): AsyncGenerator<CalibrationPicture, void, void> {
  for (const file of files) yield await readPicture(file);
}

/** Reads the places again for one picture; undefined if it is not found again, as with a camera's frames. */
export async function readPictureAgain(
  places: readonly string[],
  everyS: number,
  name: string,
): Promise<{ widthPx: number; heightPx: number; data: Uint8Array } | undefined> {
  if (places.some((place) => addressRow(place)?.isLive)) return undefined;
  for await (const picture of readCalibrationPictures(places, everyS))
    if (picture.name === name && !('problem' in picture)) return picture;
  return undefined;
}

/** Picture files at a place; undefined if it is another kind of source. */
async function pictureFiles(place: string): Promise<string[] | undefined> {
  const stats = await stat(place).catch(() => undefined);
  if (stats?.isFile() && pictureExtensions.includes(extname(place).toLowerCase())) return [place];
  if (!stats?.isDirectory()) return undefined;
  const names = (await readdir(place))
    .filter((name) => pictureExtensions.includes(extname(name).toLowerCase()))
    .sort(byName.compare);
  if (names.length === 0)
    throw new PerceptionError('ERR_SOURCE_EMPTY', `there are no pictures in ${place}`);
  return names.map((name) => join(place, name));
}

async function readPicture(path: string): Promise<CalibrationPicture> {
  const name = basename(path);
  try {
    return { name, ...(await decodePictureFile(path)) };
  } catch {
    return { name, problem: 'cannot be decoded' };
  }
}

async function* framesOf(
  place: string,
  everyS: number,
): AsyncGenerator<CalibrationPicture, void, void> {
  const source = await openSource(place);
  try {
    const { layout, name } = source.info;
    // An address may contain a password.
    const shown = withoutCredentials(basename(name));
    const buffer = new Uint8Array(frameBytes(layout));
    let nextNs = 0n;
    for (;;) {
      const frame = await nextFrame(source, buffer);
      if (frame === undefined) return;
      if (frame.sourceTimeNs < nextNs) continue;
      nextNs = frame.sourceTimeNs + BigInt(Math.round(everyS * 1e9));
      const seconds = (Number(frame.sourceTimeNs) / 1e9).toFixed(2);
      const { widthPx, heightPx } = layout;
      const data = new Uint8Array(widthPx * heightPx * 3);
      fillPackedRgb(buffer, layout, data);
      yield { name: `${shown}@${seconds}s`, widthPx, heightPx, data };
    }
  } finally {
    await source.close();
  }
}
