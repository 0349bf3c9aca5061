import { availableParallelism } from 'node:os';
import type { LabelledTask } from '../../../src/bundle/manifest.js';
import {
  type DataSummary,
  findUnsureOnce,
  openTrainingData,
  type TrainingDataRequest,
} from '../data/open-training-data.js';
import type { TaskTraining } from '../tasks/task-training.js';
import { batchLayout } from './batch.js';
import type { BatchSource } from './batch-source.js';
import { createInThreadSource } from './in-thread-source.js';
import { LoaderPool } from './loader-pool.js';
import { tellOnce } from './tell-once.js';

/** One loader for every four cores, at least one: the training step uses the others. */
export const defaultLoaders = (): number => Math.max(1, Math.floor(availableParallelism() / 4));

/**
 * Opens the training data and a source of batches from it: `loaders` threads, or the calling thread if 0. Both give
 * the same batches. Rejects as openTrainingData does.
 */
export async function openBatches<T extends LabelledTask>(
  request: TrainingDataRequest,
  training: TaskTraining<T>,
  { loaders, cacheBytes }: { loaders: number; cacheBytes: number },
): Promise<{ batches: BatchSource; summary: DataSummary }> {
  const { recipe } = request;
  if (loaders === 0) {
    const { sets, pasted, summary } = await openTrainingData(request, training);
    const data = { recipe, training, data: sets, pasted, cacheBytes };
    return { batches: tellOnce(createInThreadSource(data)), summary };
  }
  const layout = batchLayout(training, recipe.batch);
  const asked = loaders > 1 ? await findUnsureOnce(request, training) : request;
  const pool = new LoaderPool({ request: asked, layout, loaders, cacheBytes });
  try {
    return { batches: tellOnce(pool), summary: await pool.opened };
  } catch (error) {
    await pool.close();
    throw error;
  }
}
