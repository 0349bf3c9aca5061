import { Worker } from 'node:worker_threads';
import { builtEntry } from '../../../src/frame/built-entry.js';
import { type ErrorCode, PerceptionError } from '../../../src/frame/perception-error.js';
import type { DataSummary, TrainingDataRequest } from '../data/open-training-data.js';
import { type BatchLayout, batchBytes, viewBatch } from './batch.js';
import type { BatchSource, FilledBatch } from './batch-source.js';
import type { LoaderAnswer, LoaderData, LoaderFailure, LoaderOrder } from './loader-worker.js';

export interface LoaderPoolOptions {
  request: TrainingDataRequest;
  layout: BatchLayout;
  /** Threads that open the data and fill batches, at least 1. */
  loaders: number;
  /** Bytes of decoded pictures that all loaders together may keep. */
  cacheBytes: number;
}

/** Batches that may be ready, besides the one being trained on and one being filled by each loader. */
const readyAhead = 1;

type Slot = SharedArrayBuffer;
/** A batch that was ordered: its memory, and the promise of its result or error. */
interface Ordered {
  slot: Slot;
  filled: Promise<Omit<FilledBatch, 'batch'>>;
  resolve(filled: Omit<FilledBatch, 'batch'>): void;
  reject(error: Error): void;
}

/**
 * Fills batches on worker threads while the training thread computes. Step s is filled by loader s modulo their
 * number, into shared memory for a fixed number of batches, which limits how far loaders run ahead.
 */
export class LoaderPool implements BatchSource {
  readonly #workers: Worker[];
  readonly #layout: BatchLayout;
  readonly #free: Slot[];
  readonly #ordered = new Map<number, Ordered>();
  /** Resolves with a summary of the data once the first loader has opened it. Rejects if it cannot be opened. */
  readonly opened: Promise<DataSummary>;
  #inUse: Slot | undefined;
  #nextOrder = 0;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(options: LoaderPoolOptions) {
    const { request, layout, loaders, cacheBytes } = options;
    this.#layout = layout;
    const entry = builtEntry('./loader-worker.js', import.meta.url);
    // Other fields of the caller's object may not be cloneable.
    const { recipe, dataDirs, fold, unsure } = request;
    const plain: TrainingDataRequest = {
      recipe,
      dataDirs,
      ...(fold && { fold }),
      ...(unsure && { unsure }),
    };
    const workerData: LoaderData = { request: plain, cacheBytes: Math.floor(cacheBytes / loaders) };
    this.#workers = Array.from({ length: loaders }, () => new Worker(entry, { workerData }));
    this.#free = Array.from(
      { length: loaders + 1 + readyAhead },
      () => new SharedArrayBuffer(batchBytes(layout)),
    );
    this.opened = new Promise((resolve, reject) => {
      for (const worker of this.#workers) {
        worker.on('message', (answer: LoaderAnswer) => {
          if (answer.kind === 'open') resolve(answer.summary);
          else if (answer.kind === 'filled') this.#ordered.get(answer.stepNumber)?.resolve(answer);
          else this.#fail(errorOf(answer.failure), answer.stepNumber, reject);
        });
        worker.on('error', (error) => this.#fail(error, undefined, reject));
        worker.on('exit', (code) => {
          if (this.#isClosed) return;
          const message = `expected a loader thread that lives, found that it ended with code ${code}`;
          this.#fail(new PerceptionError('ERR_TRAINING', message), undefined, reject);
        });
      }
    });
    // A caller that does not wait for the summary gets the same failure at the first batch.
    this.opened.catch(() => {});
  }

  async next(stepNumber: number): Promise<FilledBatch> {
    if (this.#inUse) this.#free.push(this.#inUse);
    this.#inUse = undefined;
    if (this.#failure) throw this.#failure;
    if (!this.#ordered.has(stepNumber)) {
      // The run begins at another step: the ordered batches are useless, but their memory is still being written to.
      await this.#drain();
      this.#nextOrder = stepNumber;
    }
    this.#orderAhead();
    const { slot, filled } = this.#ordered.get(stepNumber)!;
    const { samples, problems } = await filled;
    this.#ordered.delete(stepNumber);
    this.#inUse = slot;
    return { batch: viewBatch(this.#layout, slot), samples, problems };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #orderAhead(): void {
    for (let slot = this.#free.pop(); slot; slot = this.#free.pop()) {
      const stepNumber = this.#nextOrder++;
      const ordered = { slot } as Ordered;
      ordered.filled = new Promise((resolve, reject) =>
        Object.assign(ordered, { resolve, reject }),
      );
      // A batch that fails before it is requested must not count as an unhandled rejection.
      ordered.filled.catch(() => {});
      this.#ordered.set(stepNumber, ordered);
      const order: LoaderOrder = { stepNumber, memory: slot };
      this.#workers[stepNumber % this.#workers.length]!.postMessage(order);
    }
  }

  async #drain(): Promise<void> {
    const left = [...this.#ordered.values()];
    await Promise.allSettled(left.map(({ filled }) => filled));
    this.#ordered.clear();
    this.#free.push(...left.map(({ slot }) => slot));
  }

  /** A failed batch ends the run when its turn comes; a failed thread rejects every batch. */
  #fail(error: Error, stepNumber: number | undefined, rejectOpening: (error: Error) => void): void {
    rejectOpening(error);
    if (stepNumber !== undefined) {
      this.#ordered.get(stepNumber)?.reject(error);
      return;
    }
    this.#failure = error;
    for (const ordered of this.#ordered.values()) ordered.reject(error);
  }
}

function errorOf({ code, message }: LoaderFailure): Error {
  return code === undefined ? new Error(message) : new PerceptionError(code as ErrorCode, message);
}
