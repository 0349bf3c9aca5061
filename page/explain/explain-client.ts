import type { ExplainAnswer, Explainable, Explained, ExplainRequest } from './explain-protocol.js';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Question = Omit<Extract<ExplainRequest, { kind: 'explain' }>, 'id' | 'kind'>;
interface Waiting {
  take(answer: ExplainAnswer): void;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The page's client of the explaining worker, which starts at the first question. */
export class ExplainClient {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  async load(urls: readonly string[]): Promise<Explainable[]> {
    const answer = await this.#ask({ kind: 'load', urls });
    if ('loaded' in answer) return answer.loaded;
    throw new Error('error' in answer ? answer.error : 'no answer');
  }

  /** Resolves with undefined if a newer question came before this one was answered. */
  async explain(
    question: Question,
    onProgress: (done: number, total: number) => void,
  ): Promise<Explained | undefined> {
    const answer = await this.#ask({ kind: 'explain', ...question }, onProgress);
    if ('explained' in answer) return answer.explained;
    if ('isOvertaken' in answer) return undefined;
    throw new Error('error' in answer ? answer.error : 'no answer');
  }

  #ask(
    request: WithoutId<ExplainRequest>,
    onProgress?: Waiting['onProgress'],
  ): Promise<ExplainAnswer> {
    const worker = this.#start();
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, { take: resolve, onProgress });
      worker.postMessage({ id, ...request });
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./explain-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<ExplainAnswer>) => {
      const waiting = this.#waiting.get(data.id);
      if ('progress' in data) return waiting?.onProgress?.(data.progress.done, data.progress.total);
      this.#waiting.delete(data.id);
      waiting?.take(data);
    };
    worker.onerror = (event) => {
      const error = event.message || 'the thread that explains could not start';
      for (const [id, { take }] of this.#waiting) take({ id, error });
      this.#waiting.clear();
      // Errors of questions come as answers; here the worker itself did not start, so the next question starts another.
      worker.terminate();
      this.#worker = undefined;
    };
    this.#worker = worker;
    return worker;
  }
}
