import { Worker } from 'node:worker_threads';
import { builtEntry } from '../../../src/frame/built-entry.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { AnsweredHeat, ExplainQuestion } from '../../../src/outputs/page/explain-protocol.js';

/** What the thread is started with. */
export interface HeatThreadData {
  /** Folder of each task's bundle. */
  bundleDirs: Readonly<Partial<Record<string, string>>>;
  /** Where float twins of quantised bundles lie. */
  modelsDir: string;
}
export interface HeatOrder {
  question: ExplainQuestion;
  /** Packed rgb8. */
  pixels: Uint8Array;
}
export type HeatAnswer =
  | { heat: AnsweredHeat; values: Uint8Array }
  | { code: string | undefined; message: string };

/** Questions that may wait for their turn: a page asks one after the other. */
const maxWaiting = 4;

/** Explains pictures on a thread of its own, one after the other; it starts at the first question. */
export class HeatThread {
  readonly #data: HeatThreadData;
  #worker: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(data: HeatThreadData) {
    this.#data = data;
  }

  /** Rejects with ERR_USAGE where there is nothing to ask about, or where too many questions wait. */
  async explain(order: HeatOrder): Promise<{ heat: AnsweredHeat; values: Uint8Array }> {
    if (this.#waiting >= maxWaiting)
      throw new PerceptionError('ERR_USAGE', `expected at most ${maxWaiting} questions at a time`);
    this.#waiting++;
    const turn = this.#turn.then(() => this.#ask(order));
    this.#turn = turn.catch(() => {});
    try {
      const answer = await turn;
      if ('heat' in answer) return answer;
      // Whatever the thread could not do, the question is what asked for it.
      throw new PerceptionError('ERR_USAGE', answer.message);
    } finally {
      this.#waiting--;
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(order: HeatOrder): Promise<HeatAnswer> {
    this.#worker ??= new Worker(builtEntry('./heat-worker.js', import.meta.url), {
      workerData: this.#data,
    });
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const done = () => {
        worker.off('message', take);
        worker.off('error', fail);
        worker.off('exit', end);
      };
      const take = (answer: HeatAnswer) => {
        done();
        resolve(answer);
      };
      const fail = (error: Error) => {
        done();
        this.#worker = undefined;
        reject(error);
      };
      const end = () => fail(new PerceptionError('ERR_USAGE', 'the thread that explains ended'));
      worker.on('message', take);
      worker.on('error', fail);
      worker.on('exit', end);
      worker.postMessage(order);
    });
  }
}
