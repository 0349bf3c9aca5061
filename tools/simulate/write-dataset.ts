import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Task } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { signClasses } from '../../src/perception/classes.js';
import { type DatasetRecipe, makeDatasetFolders } from './dataset.js';
import { makeScenes } from './scene-pool.js';
import { cropPx, type SignCrop } from './sign-crops.js';

export interface DatasetRun extends DatasetRecipe {
  task: Task;
  workers: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Renders a data set in the layout that the readers of tools/datasets read: detection as Pascal VOC, segmentation
 * as CamVid (split `train`), signs as packed GTSRB (split `train32`), steering as a Udacity log. Pictures that are
 * there already are kept, so that an interrupted run goes on. The same recipe gives the same bytes on any number
 * of workers. Rejects with ERR_OUTPUT.
 */
export async function writeDataset(run: DatasetRun): Promise<{ written: number }> {
  await mkdir(run.outDir, { recursive: true }).catch((cause: unknown) => {
    throw new PerceptionError('ERR_OUTPUT', `cannot make the folder ${run.outDir}: ${cause}`, {
      cause,
    });
  });
  return run.task === 'signs' ? writeSigns(run) : writePictures(run, run.task);
}

async function writePictures(
  run: DatasetRun,
  task: Exclude<Task, 'signs'>,
): Promise<{ written: number }> {
  await makeDatasetFolders(task, run.outDir);
  const lines: string[] = [];
  let done = 0;
  await makeScenes(workerData(run), run.count, run.workers, run.signal, ({ line }) => {
    lines.push(line);
    done++;
    run.onProgress?.(done, run.count);
    return true;
  });
  if (task === 'steering' && done === run.count) {
    await writeWhole(join(run.outDir, 'driving_log.csv'), `${lines.join('\n')}\n`);
  }
  return { written: done };
}

/** Crops are taken in the order of the scenes until each class has its share. */
async function writeSigns(run: DatasetRun): Promise<{ written: number }> {
  const share = Math.ceil(run.count / signClasses.length);
  const counts = new Uint32Array(signClasses.length);
  const crops: SignCrop[] = [];
  // Far more scenes than are ever needed; the run ends when every class is full.
  await makeScenes(workerData(run), run.count * 4 + 100, run.workers, run.signal, (scene) => {
    for (const crop of scene.crops) {
      if (counts[crop.classId]! < share && crops.length < run.count) {
        counts[crop.classId]!++;
        crops.push(crop);
      }
    }
    run.onProgress?.(crops.length, run.count);
    return crops.length < run.count;
  });
  if (run.signal?.aborted === true) return { written: 0 };
  const pixels = new Uint8Array(crops.length * cropPx * cropPx * 3);
  for (const [row, crop] of crops.entries()) pixels.set(crop.pixels, row * cropPx * cropPx * 3);
  const index = crops.map(({ classId }, row) => `${row},${classId},rendered/${row}.png`);
  const base = join(run.outDir, 'train32');
  await writeWhole(`${base}.images.u8.gz`, gzipSync(pixels));
  await writeWhole(
    `${base}.labels.u8`,
    Uint8Array.from(crops, ({ classId }) => classId),
  );
  await writeWhole(`${base}.index.csv`, `row,class,source\n${index.join('\n')}\n`);
  return { written: crops.length };
}

function workerData(run: DatasetRun) {
  const { task, count, seed, widthPx, heightPx, outDir } = run;
  return { task, recipe: { count, seed, widthPx, heightPx, outDir } };
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(`${path}.partial`, content);
    await rename(`${path}.partial`, path);
  } catch (cause) {
    throw new PerceptionError('ERR_OUTPUT', `cannot write ${path}: ${cause}`, { cause });
  }
}
