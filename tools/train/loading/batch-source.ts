import type { Problem } from '../data/data-problems.js';
import type { Batch } from './batch.js';

/** A batch with the names of its samples, for error messages, and the problems of samples that did not load. */
export interface FilledBatch {
  batch: Batch;
  samples: string[];
  problems: Problem[];
}

/**
 * A source of batches. The batch of a step is the same whatever fills it: the draws depend on the seed, the
 * step and the row alone.
 */
export interface BatchSource {
  /** Resolves with a step's batch, valid until the next call. Rejects with ERR_DATASET naming a file that does not load. */
  next(stepNumber: number): Promise<FilledBatch>;
  close(): Promise<void>;
}
