import { Worker } from 'node:worker_threads';
import { builtEntry } from '../../src/frame/built-entry.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import type { SceneAnswer, SceneWorkerData } from './scene-worker.js';

export type FinishedScene = Extract<SceneAnswer, { line: string }>;

/**
 * Makes scenes `first`, `first` + 1… on worker threads and passes them to `take` in that order, whichever thread is
 * quicker, until `take` returns false or `count` is reached. Rejects with ERR_OUTPUT if a scene could not be made or
 * written.
 */
export async function makeScenes(
  data: SceneWorkerData,
  count: number,
  workerCount: number,
  signal: AbortSignal | undefined,
  take: (scene: FinishedScene) => boolean,
  first = 0,
): Promise<void> {
  if (first >= count) return;
  const entry = builtEntry('./scene-worker.js', import.meta.url);
  const workers = Array.from(
    { length: workerCount },
    () => new Worker(entry, { workerData: data }),
  );
  const waiting = new Map<number, FinishedScene>();
  let asked = first;
  let taken = first;
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = (worker: Worker): void => {
        // Bounded, so that the others do not pile up behind one slow scene.
        if (asked < count && asked < taken + workerCount * 4) worker.postMessage(asked++);
        else idle.add(worker);
      };
      const idle = new Set<Worker>();
      signal?.addEventListener('abort', () => resolve(), { once: true });
      for (const worker of workers) {
        worker.on('error', reject);
        worker.on('message', (answer: SceneAnswer) => {
          if ('error' in answer) {
            reject(new PerceptionError('ERR_OUTPUT', `scene ${answer.index}: ${answer.error}`));
            return;
          }
          waiting.set(answer.index, answer);
          for (let next = waiting.get(taken); next !== undefined; next = waiting.get(taken)) {
            waiting.delete(taken++);
            let isEnough: boolean;
            try {
              isEnough = !take(next);
            } catch (error) {
              reject(error);
              return;
            }
            if (isEnough || taken === count) {
              resolve();
              return;
            }
          }
          ask(worker);
          for (const other of [...idle]) {
            idle.delete(other);
            ask(other);
          }
        });
        ask(worker);
      }
      if (signal?.aborted === true) resolve();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
