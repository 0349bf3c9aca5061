import type {
  BundleOrigin,
  FrameToRun,
  LoadedBundle,
  RerunAnswer,
  RerunRequest,
  Side,
  SideResults,
} from './rerun-protocol.js';
import type { RerunSettings } from './settings.js';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
export interface RunAnswer {
  results: SideResults;
  /** Networks that miss their golden outputs in this browser. */
  certificates: string[];
}

/** The page's client of the worker that runs networks, which starts at the first request. */
export class RerunClient {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, (answer: RerunAnswer) => void>();
  #lastId = 0;
  readonly #onLost: () => void;

  /** `onLost`: called when the worker could not start or has ended, with everything that it had loaded. */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  async load(
    side: Side,
    bundles: readonly BundleOrigin[],
  ): Promise<{ bundles: LoadedBundle[]; runtime: string }> {
    // `?provider=wasm` in the page's address overrides the choice, to compare both.
    const provider = new URLSearchParams(location.search).get('provider') ?? '';
    const answer = await this.#ask({ kind: 'load', side, bundles, provider });
    if ('loaded' in answer) return answer.loaded;
    throw new Error('error' in answer ? answer.error : 'no answer');
  }

  unload(side: Side): Promise<RunAnswer> {
    return this.#results({ kind: 'unload', side });
  }

  /** The picture is copied. Frames are run in the order of the calls. */
  run(frame: FrameToRun, sides: readonly Side[]): Promise<RunAnswer> {
    return this.#results({ kind: 'run', frame, sides });
  }

  applySettings(settings: RerunSettings, sides: readonly Side[]): Promise<RunAnswer> {
    return this.#results({ kind: 'settings', settings, sides });
  }

  async #results(request: WithoutId<RerunRequest>): Promise<RunAnswer> {
    const answer = await this.#ask(request);
    if ('results' in answer) return answer;
    throw new Error('error' in answer ? answer.error : 'no answer');
  }

  #ask(request: WithoutId<RerunRequest>): Promise<RerunAnswer> {
    const worker = this.#start();
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      worker.postMessage({ id, ...request });
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./rerun-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<RerunAnswer>) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
    worker.onerror = (event) => {
      const error = event.message || 'the thread that runs the networks could not start';
      for (const [id, resolve] of this.#waiting) resolve({ id, error });
      this.#waiting.clear();
      // The next request starts another one: this one answers nothing any more.
      worker.terminate();
      this.#worker = undefined;
      this.#onLost();
    };
    this.#worker = worker;
    return worker;
  }
}
