import '../../src/inference/no-telemetry.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Task } from '../../src/bundle/manifest.js';
import type { LatencySummary } from '../../src/pipeline/latency-histogram.js';
import { entryUrl } from './process-entry.js';

/** The networks of a pipeline without the pipeline. Plain data: it crosses processes as JSON. */
export interface BareRequest {
  /** As the pipeline planned them; every lane is a thread. */
  lanes: readonly (readonly Task[])[];
  bundles: Readonly<Partial<Record<Task, string>>>;
  providers: readonly string[];
  /** Signs to read, frame by frame, round and round. */
  signCrops: readonly number[];
  measureMs: number;
}

/** One lane's sessions, called one after the other with ready tensors while every other lane does the same. */
export interface BareLane {
  stages: readonly Task[];
  frames: number;
  /** Frames a second. */
  rateHz: number;
  /** Of the lane's thread, for one frame; null where the system does not tell. */
  cpuMsPerFrame: number | null;
  /** One turn through the lane's sessions. */
  frameMs: LatencySummary;
  /** Each session; the sign network only where there was a sign to read. */
  stageMs: Record<string, LatencySummary>;
}

/** What each lane's thread shares with the one that starts it: lanes that are ready, and whether to go. */
export const readyWord = 0;
export const goWord = 1;

export interface BareLaneData extends Omit<BareRequest, 'lanes'> {
  stages: readonly Task[];
  sync: SharedArrayBuffer;
}

/**
 * Runs every lane's sessions in a bare loop, each lane in a thread of its own, all at the same time. Nothing is
 * captured, preprocessed, decoded, fused or published. Rejects with what a network could not be loaded for.
 */
export async function runBareLanes(request: BareRequest): Promise<BareLane[]> {
  const { lanes, ...shared } = request;
  const sync = new SharedArrayBuffer(8);
  const words = new Int32Array(sync);
  const results = lanes.map((stages) => runLane({ ...shared, stages, sync }));
  const failed = Promise.all(results);
  // Awaited below; until then a lane that fails only ends the wait.
  failed.catch(() => Atomics.store(words, readyWord, lanes.length));
  while (Atomics.load(words, readyWord) < lanes.length) await sleep(10);
  Atomics.store(words, goWord, 1);
  Atomics.notify(words, goWord);
  return failed;
}

function runLane(workerData: BareLaneData): Promise<BareLane> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entryUrl('bare-lane-worker.js'), { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
