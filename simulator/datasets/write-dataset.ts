import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import { encodeJpeg } from '../../src/codec/image-codec.js';
import { makeFolder } from '../../src/files/make-folder.js';
import { writeWhole } from '../../src/files/write-whole.js';
import { signClasses } from '../../src/perception/classes.js';
import { dataSetDomain } from '../world/domain.js';
import { type DatasetRecipe, makeDatasetFolders, pictureFile } from './dataset.js';
import { claimFolder } from './dataset-recipe-file.js';
import { sheetFileName, sheetOfPictures, sheetPictures, tiled } from './dataset-sheet.js';
import { RunJournal } from './run-journal.js';
import { type FinishedScene, makeScenes } from './scene-pool.js';
import { cropPx, type SignCrop } from './sign-crops.js';

export interface DatasetRun extends DatasetRecipe {
  task: LabelledTask;
  workers: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Renders a data set in the layout that the readers in tools/datasets expect: detection as Pascal VOC, segmentation
 * as CamVid (split `train`), signs as packed GTSRB (split `train32`), steering as a Udacity log. Existing pictures
 * are kept, so that an interrupted run continues; a folder of another recipe is refused. The same recipe gives the
 * same bytes on any number of workers. Rejects with ERR_OUTPUT.
 */
export async function writeDataset(run: DatasetRun): Promise<{ written: number }> {
  makeFolder(run.outDir);
  const { task, count, seed, widthPx, heightPx, truth = false } = run;
  const singleLaneShare =
    task === 'steering' ? (run.singleLaneShare ?? dataSetDomain.singleLane.chance) : undefined;
  const recipe = { task, count, seed, widthPx, heightPx, truth, singleLaneShare };
  await claimFolder(run.outDir, recipe);
  return task === 'signs' ? writeSigns(run) : writePictures(run, task);
}

async function writePictures(
  run: DatasetRun,
  task: Exclude<LabelledTask, 'signs'>,
): Promise<{ written: number }> {
  await makeDatasetFolders(task, run);
  // Other layouts have a label for each picture; a log is complete only when all scenes have been made.
  const journal =
    task === 'steering'
      ? new RunJournal(join(run.outDir, 'driving_log.journal'), z.string())
      : undefined;
  const lines = [...(journal?.known ?? [])];
  const first = Math.min(lines.length, run.count);
  let done = first;
  const take = ({ line }: FinishedScene): boolean => {
    lines.push(line);
    journal?.append(line);
    done++;
    run.onProgress?.(done, run.count);
    return true;
  };
  await makeScenes(workerData(run), run.count, run.workers, run.signal, take, first);
  if (done === run.count) {
    if (task === 'steering') {
      const log = `${lines.slice(0, run.count).join('\n')}\n`;
      writeWhole(join(run.outDir, 'driving_log.csv'), log);
      journal?.remove();
    }
    const shown = Array.from({ length: Math.min(run.count, sheetPictures) }, (_, index) =>
      pictureFile(task, run, index),
    );
    writeWhole(join(run.outDir, sheetFileName), await sheetOfPictures(shown));
  }
  return { written: done };
}

/** Crops are taken in the order of the scenes until each class has its share. */
async function writeSigns(run: DatasetRun): Promise<{ written: number }> {
  const share = Math.ceil(run.count / signClasses.length);
  const counts = new Uint32Array(signClasses.length);
  const crops: SignCrop[] = [];
  /** Selects the wanted crops of a scene and keeps them. */
  const keepWanted = (from: readonly SignCrop[]): SignCrop[] =>
    from.filter((crop) => {
      if (counts[crop.classId]! >= share || crops.length >= run.count) return false;
      counts[crop.classId]!++;
      crops.push(crop);
      return true;
    });
  const journal = new RunJournal(join(run.outDir, 'train32.journal'), z.array(journalCropSchema));
  for (const scene of journal.known) keepWanted(scene.map(fromJournal));
  const take = (scene: FinishedScene): boolean => {
    journal.append(keepWanted(scene.crops).map(toJournal));
    run.onProgress?.(crops.length, run.count);
    return crops.length < run.count;
  };
  // Far more scenes than needed; the run ends when every class is full.
  const most = crops.length < run.count ? run.count * 4 + 100 : 0;
  await makeScenes(workerData(run), most, run.workers, run.signal, take, journal.known.length);
  if (run.signal?.aborted === true) return { written: crops.length };
  const pixels = new Uint8Array(crops.length * cropPx * cropPx * 3);
  for (const [row, crop] of crops.entries()) pixels.set(crop.pixels, row * cropPx * cropPx * 3);
  const index = crops.map(({ classId }, row) => `${row},${classId},rendered/${row}.png`);
  const base = join(run.outDir, 'train32');
  writeWhole(`${base}.images.u8.gz`, gzipSync(pixels));
  writeWhole(
    `${base}.labels.u8`,
    Uint8Array.from(crops, ({ classId }) => classId),
  );
  writeWhole(`${base}.index.csv`, `row,class,source\n${index.join('\n')}\n`);
  const tiles = crops.slice(0, signClasses.length * 8).map(({ pixels: data }) => {
    return { widthPx: cropPx, heightPx: cropPx, data };
  });
  const sheet = await encodeJpeg(tiled(tiles, signClasses.length), 85, true);
  writeWhole(join(run.outDir, sheetFileName), sheet);
  journal.remove();
  return { written: crops.length };
}

const journalCropSchema = z.object({ classId: z.int().min(0), pixels: z.base64() });
type JournalCrop = z.infer<typeof journalCropSchema>;

function toJournal({ classId, pixels }: SignCrop): JournalCrop {
  return { classId, pixels: Buffer.from(pixels).toString('base64') };
}

function fromJournal({ classId, pixels }: JournalCrop): SignCrop {
  return { classId, pixels: Uint8Array.from(Buffer.from(pixels, 'base64')) };
}

function workerData(run: DatasetRun) {
  const { task, signal: _signal, onProgress: _onProgress, workers: _workers, ...recipe } = run;
  return { task, recipe };
}
