import '../../../src/inference/no-telemetry.js';
import { Worker } from 'node:worker_threads';
import { builtEntry } from '../../../src/frame/built-entry.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { SplitAnswer, SplitOrder, SplitPart } from './split-worker.js';

interface Awaited {
  resolve(): void;
  reject(error: Error): void;
}

/** The threads of a split step: each has one part and carries out one order at a time. */
export class SplitCrew {
  readonly #workers: readonly Worker[];
  readonly #awaited = new Map<Worker, Awaited>();
  #failure: PerceptionError | undefined;
  #isClosed = false;

  constructor(shared: Omit<SplitPart, 'part'>) {
    const entry = builtEntry('./split-worker.js', import.meta.url);
    this.#workers = Array.from({ length: shared.parts }, (_, part) => {
      const workerData: SplitPart = { ...shared, part };
      const worker = new Worker(entry, { workerData });
      worker.on('message', ({ failure }: SplitAnswer) => {
        if (failure === undefined) this.#awaited.get(worker)?.resolve();
        else this.#fail(`part ${part}: ${failure}`);
      });
      worker.on('error', (error) => this.#fail(`part ${part}: ${error.message}`));
      worker.on('exit', (code) => {
        if (!this.#isClosed)
          this.#fail(`part ${part}: expected a thread that lives, found exit code ${code}`);
      });
      return worker;
    });
  }

  /** Sends an order to every part. Rejects with ERR_TRAINING if one fails, and on every later call. */
  async all(order: SplitOrder): Promise<void> {
    if (this.#failure) throw this.#failure;
    await Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            this.#awaited.set(worker, { resolve, reject });
            worker.postMessage(order);
          }),
      ),
    );
  }

  close(): void {
    this.#isClosed = true;
    for (const worker of this.#workers) void worker.terminate();
  }

  #fail(message: string): void {
    this.#failure ??= new PerceptionError('ERR_TRAINING', message);
    for (const { reject } of this.#awaited.values()) reject(this.#failure);
  }
}
