import { join } from 'node:path';
import { z } from 'zod';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { makeFolder } from '../../src/files/make-folder.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { SteeredDriver } from '../driving/loop/steered-drives.js';
import { dataSetDomain } from '../world/domain.js';
import { Random } from '../world/random.js';
import { datasetFolders, steeringLine } from './dataset.js';
import { claimFolder } from './dataset-recipe-file.js';
import { sheetFileName, sheetOfPictures, sheetPictures } from './dataset-sheet.js';
import { RunJournal } from './run-journal.js';

const pictureFolder = datasetFolders.steering[0]!;

export interface DrivesRun {
  /** The pipeline whose steering stage drives. */
  config: PipelineConfig;
  /** Number of pictures. */
  count: number;
  /** Drive i has the seed `seed + i`. */
  seed: number;
  widthPx: number;
  heightPx: number;
  outDir: string;
  /** Length of each drive, seconds; 30 by default. */
  driveS?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  note?: (text: string) => void;
}

/**
 * Writes drives that a pipeline steers as a Udacity log, each picture with the reference's steering: training data
 * for the network that drove, from the places where it went. An interrupted run continues at the drive where it
 * stopped. The same pipeline and seed give the same bytes. Rejects with ERR_OUTPUT, and with ERR_CONFIG for a
 * pipeline that does not steer.
 */
export async function writeDrives(run: DrivesRun): Promise<{ written: number }> {
  const { config, count, seed, widthPx, heightPx, outDir, driveS, signal } = run;
  const driver = await SteeredDriver.open(run);
  try {
    makeFolder(join(outDir, pictureFolder));
    const { manifest } = await readBundleFolder(config.bundles.steering!);
    const recipe = { task: 'steering', count, seed, widthPx, heightPx, truth: false, driveS };
    await claimFolder(outDir, { ...recipe, driverSha256: manifest.network.sha256 });
    const journal = new RunJournal(join(outDir, 'driving_log.journal'), z.array(z.string()));
    const lines = journal.known.flat();
    for (let index = journal.known.length; lines.length < count; index++) {
      if (signal?.aborted === true) return { written: lines.length };
      const driven = await recordDrive(driver, run, index, count - lines.length);
      journal.append(driven);
      lines.push(...driven);
      run.onProgress?.(lines.length, count);
    }
    const log = lines.slice(0, count);
    writeWhole(join(outDir, 'driving_log.csv'), `${log.join('\n')}\n`);
    journal.remove();
    const step = Math.max(1, Math.floor(log.length / sheetPictures));
    const shown = log.filter((_, index) => index % step === 0).slice(0, sheetPictures);
    const files = shown.map((line) =>
      join(outDir, pictureFolder, line.slice(0, line.indexOf(','))),
    );
    writeWhole(join(outDir, sheetFileName), await sheetOfPictures(files));
    return { written: count };
  } finally {
    await driver.close();
  }
}

/** Writes at most `most` pictures of one drive. Resolves with their lines of the log. */
async function recordDrive(
  driver: SteeredDriver,
  run: DrivesRun,
  index: number,
  most: number,
): Promise<string[]> {
  const seed = run.seed + index;
  const random = new Random(seed, 60);
  const lines: string[] = [];
  await driver.drive(seed, async (scene) => {
    const name = `drive-${String(seed).padStart(7, '0')}-${String(lines.length).padStart(3, '0')}.jpg`;
    const quality = random.integer(...dataSetDomain.jpegQuality);
    writeWhole(join(run.outDir, pictureFolder, name), await encodeJpeg(scene.image, quality));
    lines.push(steeringLine(scene, name));
    return lines.length < most;
  });
  return lines;
}
