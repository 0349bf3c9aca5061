import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../src/files/make-folder.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { jpegInTurn } from '../../src/recording/pictures-in.js';
import { recordingLosses } from '../../src/recording/recording-losses.js';
import { CsvFile } from '../tables/csv-file.js';
import type { Table } from '../tables/table-schema.js';
import { DrivePictures } from './drive-pictures.js';

export interface PicturesSummary {
  pictures: number;
  /** How many of these were copied byte by byte. */
  copied: number;
  /** Pictures of the recording that could not be read. */
  skipped: number;
  /** Parts of the file that could not be read. */
  losses: string[];
  /** Which of several cameras' pictures these are, if none was asked for. */
  note?: string;
}

/** JPEG quality of pictures that are not JPEG already. */
const quality = 95;

const listTable = {
  about: 'one picture of the folder',
  columns: {
    file: { type: 'string', about: 'name in the folder' },
    stamp_ns: { type: 'int64', unit: 'ns', about: 'its time stamp' },
    time_s: { type: 'double', unit: 's', about: 'since the first picture' },
  },
} as const satisfies Table;

/**
 * Writes the pictures of a recording as `000000.jpg`, `000001.jpg` and so on, copying JPEG byte by byte, and finally
 * `pictures.csv` with the time of each. Rejects with ERR_OUTPUT if the folder exists and is not empty, as
 * DrivePictures.open does, and with the reason of `signal`; pictures written until then stay, without the list.
 */
export async function exportPictures(
  drivePath: string,
  folder: string,
  { topic, signal }: { topic?: string | undefined; signal?: AbortSignal } = {},
): Promise<PicturesSummary> {
  const pictures = await DrivePictures.open(drivePath, topic);
  try {
    makeEmpty(folder);
    const summary = { pictures: 0, copied: 0, skipped: 0 };
    const list = CsvFile.create(join(folder, 'pictures.csv'), listTable);
    try {
      let firstNs: bigint | undefined;
      for await (const picture of pictures.inTurn()) {
        signal?.throwIfAborted();
        const { stampNs } = picture;
        const jpeg = await jpegInTurn(picture, quality);
        if (jpeg === undefined) {
          summary.skipped++;
          continue;
        }
        firstNs ??= stampNs;
        const file = `${String(summary.pictures).padStart(6, '0')}.jpg`;
        writeWhole(join(folder, file), jpeg.bytes);
        const time_s = Number(stampNs - firstNs) / 1e9;
        await list.append({ file, stamp_ns: stampNs, time_s });
        summary.pictures++;
        if (jpeg.isCopy) summary.copied++;
      }
      await list.close();
    } finally {
      list.abort();
    }
    const { note, reader } = pictures;
    return { ...summary, losses: recordingLosses(reader), ...(note !== undefined && { note }) };
  } finally {
    await pictures.close();
  }
}

function makeEmpty(folder: string): void {
  makeFolder(folder);
  const [found] = readdirSync(folder);
  if (found === undefined) return;
  throw new PerceptionError(
    'ERR_OUTPUT',
    `expected no folder yet, or an empty one, found ${found} in ${folder}`,
  );
}
