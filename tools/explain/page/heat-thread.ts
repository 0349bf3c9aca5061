import { Worker } from 'node:worker_threads';
import type { AnsweredHeat, ExplainQuestion } from '../../../src/explanation/explain-protocol.js';
import { builtEntry } from '../../../src/frame/built-entry.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';

/** Start data of the thread. */
export interface HeatThreadData {
  /** Folder of each task's bundle. */
  bundleDirs: Readonly<Partial<Record<string, string>>>;
  /** Folder with float twins of quantised bundles. */
  modelsDir: string;
}
export interface HeatOrder {
  question: ExplainQuestion;
  /** Packed rgb8. */
  pixels: Uint8Array<ArrayBuffer>;
}
export interface ServedHeat {
  heat: AnsweredHeat;
  values: Uint8Array;
}
export type HeatAnswer = ServedHeat | { problem: string };

/** Maximum number of queued questions; a page asks one at a time. */
const maxWaiting = 4;

/** Explains pictures in its own thread, one after the other. The thread starts at the first question. */
export class HeatThread {
  readonly #data: HeatThreadData;
  #worker: Worker | undefined;
  #asked: { take(answer: HeatAnswer): void; fail(error: unknown): void } | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isClosed = false;

  constructor(data: HeatThreadData) {
    this.#data = data;
  }

  /**
   * `read` resolves with the pixels, whose ownership passes to the thread; it is called once there is room for the
   * question. Rejects with ERR_USAGE if there is no answer to explain or too many questions are queued, and with the
   * reason of `read`.
   */
  async explain(
    question: ExplainQuestion,
    read: () => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<ServedHeat> {
    if (this.#waiting >= maxWaiting)
      throw new PerceptionError('ERR_USAGE', `expected at most ${maxWaiting} questions at a time`);
    this.#waiting++;
    try {
      const pixels = await read();
      const turn = this.#turn.then(() => this.#ask({ question, pixels }));
      this.#turn = turn.catch(() => {});
      const answer = await turn;
      if ('heat' in answer) return answer;
      // Whatever the thread could not do, the question asked for it.
      throw new PerceptionError('ERR_USAGE', answer.problem);
    } finally {
      this.#waiting--;
    }
  }

  /** Queued questions are rejected with ERR_USAGE. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #ask(order: HeatOrder): Promise<HeatAnswer> {
    // Closing ends the current question; those queued behind it must not restart the thread.
    if (this.#isClosed) throw ended();
    const worker = this.#start();
    return new Promise((take, fail) => {
      this.#asked = { take, fail };
      worker.postMessage(order, [order.pixels.buffer]);
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(builtEntry('./heat-worker.js', import.meta.url), {
      workerData: this.#data,
    });
    const fail = (error: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#asked?.fail(error);
    };
    worker.on('message', (answer: HeatAnswer) => this.#asked?.take(answer));
    worker.on('error', fail);
    worker.on('exit', () => fail(ended()));
    this.#worker = worker;
    return worker;
  }
}

const ended = () => new PerceptionError('ERR_USAGE', 'the thread that explains ended');
