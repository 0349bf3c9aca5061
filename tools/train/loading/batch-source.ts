import type { Problem } from '../data/data-problems.js';
import type { Batch } from './batch.js';

/** A batch with the names of its samples, for error messages, and what did not load on the way. */
export interface FilledBatch {
  batch: Batch;
  samples: string[];
  problems: Problem[];
}

/**
 * Where batches come from. The batch of a step is the same whatever fills it: the draws depend on the seed, the
 * step and the row alone.
 */
export interface BatchSource {
  /** The batch of a step, valid until the next call. Rejects with ERR_DATASET naming the file that does not load. */
  next(stepNumber: number): Promise<FilledBatch>;
  close(): Promise<void>;
}
