import { parentPort, workerData } from 'node:worker_threads';
import { hasErrorCode } from '../../../src/frame/perception-error.js';
import type { Problem } from '../data/data-problems.js';
import {
  type DataSummary,
  openTrainingData,
  type TrainingDataRequest,
} from '../data/open-training-data.js';
import { taskTraining } from '../tasks/task-table.js';
import { batchLayout, viewBatch } from './batch.js';
import { BatchFiller } from './batch-filler.js';

/** Data that a loader is started with. */
export interface LoaderData {
  request: TrainingDataRequest;
  cacheBytes: number;
}
/** Order to fill this memory with the batch of this step. */
export interface LoaderOrder {
  stepNumber: number;
  memory: SharedArrayBuffer;
}
export interface LoaderFailure {
  code: string | undefined;
  message: string;
}
export type LoaderAnswer =
  | { kind: 'open'; summary: DataSummary }
  | { kind: 'filled'; stepNumber: number; samples: string[]; problems: Problem[] }
  | { kind: 'failed'; stepNumber: number | undefined; failure: LoaderFailure };

const port = parentPort;
if (port !== null) {
  const { request, cacheBytes } = workerData as LoaderData;
  const answer = (message: LoaderAnswer): void => port.postMessage(message);
  const fail = (error: unknown, stepNumber?: number): void => {
    answer({ kind: 'failed', stepNumber, failure: failureOf(error) });
  };
  const training = taskTraining(request.recipe);
  const layout = batchLayout(training, request.recipe.batch);
  const filler = openTrainingData(request, training).then(({ sets, pasted, summary }) => {
    answer({ kind: 'open', summary });
    const { recipe } = request;
    return new BatchFiller({ recipe, training, data: sets, pasted, cacheBytes });
  });
  filler.catch(fail);
  port.on('message', ({ stepNumber, memory }: LoaderOrder) => {
    filler
      .then((ready) => ready.fill(stepNumber, viewBatch(layout, memory)))
      .then(
        (filled) => answer({ kind: 'filled', stepNumber, ...filled }),
        (error: unknown) => fail(error, stepNumber),
      );
  });
}

function failureOf(error: unknown): LoaderFailure {
  const code = hasErrorCode(error) ? error.code : undefined;
  return { code, message: error instanceof Error ? error.message : String(error) };
}
