import type { Bundle } from '../../src/bundle/bundle.js';
import { hasNarrowSums } from '../../src/bundle/manifest.js';
import { median } from '../../src/frame/median.js';
import { NativeSession, type NativeTensor } from '../../src/inference/native-session.js';
import { itemShape } from './network-inputs.js';

/** Median milliseconds of one run of one item on one thread. */
export interface RunTime {
  /** By the clock. */
  wallMs: number;
  /** On a core, however many other processes wanted it: of this whole process, whose other threads have nothing to do. */
  coreMs: number;
}

/** Each network is run at least so often, and as often as fits the time. */
const leastRounds = 11;
const mostRounds = 301;
const budgetMs = 4000;

/**
 * Times bundles of the same shapes side by side: each round runs every one once, in turn, so that whatever else the
 * machine does falls on all of them.
 */
export function compareTimes(bundles: readonly Bundle[], item: Float32Array): RunTime[] {
  const { manifest } = bundles[0]!;
  const { name, shape } = manifest.input.tensor;
  const input: NativeTensor = { type: 'float32', dims: itemShape(shape), data: item };
  const names = manifest.outputs.map((output) => output.name);
  const runs = bundles.map(({ manifest: own, network, where }) => {
    const session = NativeSession.load(network, where, { hasNarrowSums: hasNarrowSums(own) });
    // The first answer makes the buffers that all the runs write.
    const outputs = session.answer({ [name]: input }, names);
    return { session, outputs, wallMs: [] as number[], coreMs: [] as number[] };
  });
  const startMs = performance.now();
  const isLate = () => performance.now() - startMs > budgetMs;
  for (let round = 0; round < mostRounds && (round < leastRounds || !isLate()); round++) {
    for (const { session, outputs, wallMs, coreMs } of runs) {
      const coreBefore = process.cpuUsage();
      const before = performance.now();
      session.run({ [name]: input }, outputs);
      wallMs.push(performance.now() - before);
      const { user, system } = process.cpuUsage(coreBefore);
      coreMs.push((user + system) / 1000);
    }
  }
  return runs.map(({ session, wallMs, coreMs }) => {
    session.release();
    return { wallMs: median(wallMs), coreMs: median(coreMs) };
  });
}
