import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { batchLayout, createBatch } from './batch.js';
import { BatchFiller, type FillerOptions } from './batch-filler.js';
import type { BatchSource } from './batch-source.js';

/** Fills each batch when it is requested, on the calling thread. */
export function createInThreadSource<T extends LabelledTask>(
  options: FillerOptions<T>,
): BatchSource {
  const filler = new BatchFiller(options);
  const batch = createBatch(batchLayout(options.training, options.recipe.batch));
  return {
    next: async (stepNumber) => ({ batch, ...(await filler.fill(stepNumber, batch)) }),
    close: async () => {},
  };
}
