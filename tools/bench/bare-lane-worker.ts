import { parentPort, workerData } from 'node:worker_threads';
import { goldenInput } from '../../src/bundle/golden.js';
import type { Task } from '../../src/bundle/manifest.js';
import { elapsedMs, nowNs } from '../../src/frame/clock.js';
import type { NetworkSession } from '../../src/inference/network-session.js';
import { LatencyHistogram } from '../../src/pipeline/latency-histogram.js';
import { loadStage } from '../../src/stages/load-stage.js';
import { type BareLane, type BareLaneData, goWord, readyWord } from './bare-lanes.js';
import { threadCpuMs } from './thread-cpu.js';

const { stages, bundles, providers, crops, measureMs, sync } = workerData as BareLaneData;
/** Turns before the first one that counts, while the runtime plans its memory and code is compiled. */
const warmUpTurns = 5;
/** How long a lane waits for the others, milliseconds. */
const startTimeoutMs = 60_000;

const networks: { task: Task; session: NetworkSession; spent: LatencyHistogram }[] = [];
for (const task of stages) {
  const place = { task, bundleDir: bundles[task]! };
  const { bundle, session } = await loadStage(place, { providers, allowUncertified: true });
  // The tensor's content hardly affects the time, but zeros would give flattering numbers.
  const values = goldenInput(bundle.golden);
  for (let i = 0; i < session.input.length; i++) session.input[i] = values[i % values.length]!;
  networks.push({ task, session, spent: new LatencyHistogram() });
}

/** One frame's runs; a network of crops takes as many as that frame of the recording yields. */
async function turn(index: number, isMeasured: boolean): Promise<void> {
  for (const { task, session, spent } of networks) {
    const counts: readonly number[] | undefined = crops[task as keyof typeof crops];
    const wanted = counts === undefined ? 1 : (counts[index % counts.length] ?? 0);
    const batch = Math.min(wanted, session.maxBatch);
    if (batch === 0) continue;
    const startNs = nowNs();
    await session.run(batch);
    if (isMeasured) spent.add(elapsedMs(startNs, nowNs()));
  }
}

for (let index = 0; index < warmUpTurns; index++) await turn(index, false);
for (const { session } of networks) if (session.maxBatch > 1) await session.run(session.maxBatch);
const words = new Int32Array(sync);
Atomics.add(words, readyWord, 1);
Atomics.wait(words, goWord, 0, startTimeoutMs);

const frameTimes = new LatencyHistogram();
const startCpuMs = threadCpuMs();
const startNs = nowNs();
let frames = 0;
let endNs = startNs;
while (elapsedMs(startNs, endNs) < measureMs) {
  const turnNs = endNs;
  await turn(frames++, true);
  endNs = nowNs();
  frameTimes.add(elapsedMs(turnNs, endNs));
}
const endCpuMs = threadCpuMs();
const lane: BareLane = {
  stages,
  frames,
  rateHz: (frames / elapsedMs(startNs, endNs)) * 1000,
  cpuMsPerFrame: startCpuMs === null || endCpuMs === null ? null : (endCpuMs - startCpuMs) / frames,
  frameMs: frameTimes.summary(),
  stageMs: Object.fromEntries(networks.map(({ task, spent }) => [task, spent.summary()])),
};
for (const { session } of networks) await session.dispose();
parentPort!.postMessage(lane);
