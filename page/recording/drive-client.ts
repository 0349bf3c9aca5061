import type { FileOrigin } from './byte-files.js';
import type { DriveFrame, DriveInfo, FrameQuery } from './drive.js';
import type { DriveAnswer, DriveEvent, DriveRequest, ScanState } from './drive-protocol.js';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The page's client of the worker that reads recordings. */
export class DriveClient {
  readonly #worker = new Worker(new URL('./drive-worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (answer: DriveAnswer) => void>();
  #lastId = 0;

  constructor(onScan: (state: ScanState) => void) {
    this.#worker.onmessage = ({ data }: MessageEvent<DriveAnswer | DriveEvent>) => {
      if ('scan' in data) return onScan(data.scan);
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
    this.#worker.onerror = (event) => {
      const error = event.message || 'the thread that reads recordings could not start';
      for (const [id, resolve] of this.#waiting) resolve({ id, error });
      this.#waiting.clear();
    };
  }

  /** Rejects with an Error whose message is for the user. */
  async open(origins: readonly FileOrigin[], cameraName?: string): Promise<DriveInfo> {
    const answer = await this.#ask({ kind: 'open', origins, cameraName });
    if ('info' in answer) return answer.info;
    throw new Error('error' in answer ? answer.error : 'no answer');
  }

  async frame(query: FrameQuery): Promise<DriveFrame | undefined> {
    const answer = await this.#ask({ kind: 'frame', query });
    if ('frame' in answer) return answer.frame;
    throw new Error('error' in answer ? answer.error : 'no answer');
  }

  #ask(request: WithoutId<DriveRequest>): Promise<DriveAnswer> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, ...request });
    });
  }
}
