import '../../src/inference/no-telemetry.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Task } from '../../src/bundle/manifest.js';
import type { LatencySummary } from '../../src/pipeline/latency-histogram.js';
import { entryUrl } from './process-entry.js';
import type { CropCounts } from './trial.js';

/** Request to run a pipeline's networks without the pipeline. Plain data: it crosses processes as JSON. */
export interface BareRequest {
  /** As the pipeline planned them; each lane runs in its own thread. */
  lanes: readonly (readonly Task[])[];
  bundles: Readonly<Partial<Record<Task, string>>>;
  providers: readonly string[];
  /** By stage: number of crops to read in each frame, repeated cyclically. */
  crops: CropCounts;
  measureMs: number;
}

/** Results of one lane: its sessions called in turn with ready tensors while every other lane does the same. */
export interface BareLane {
  stages: readonly Task[];
  frames: number;
  /** Frames a second. */
  rateHz: number;
  /** CPU time of the lane's thread per frame; null if the system does not report it. */
  cpuMsPerFrame: number | null;
  /** Time of one turn through the lane's sessions. */
  frameMs: LatencySummary;
  /** Time of each session; the sign network only where there was a sign to read. */
  stageMs: Record<string, LatencySummary>;
}

/** Words that the lanes' threads share with the thread that starts them: the number of ready lanes, and the start flag. */
export const readyWord = 0;
export const goWord = 1;

export interface BareLaneData extends Omit<BareRequest, 'lanes'> {
  stages: readonly Task[];
  sync: SharedArrayBuffer;
}

/**
 * Runs every lane's sessions in a bare loop, each lane in its own thread, all at the same time. Nothing is captured,
 * preprocessed, decoded, fused or published. Rejects with the error of a network that could not be loaded.
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
